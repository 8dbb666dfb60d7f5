use rlibphonenumber::enums::Region;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};
use roster_domain::{Fault, PhoneNumber};
use roster_ports::NumberingPlans;

/// The numbering plans that Google's libphonenumber publishes, compiled in.
#[derive(Debug, Clone, Copy, Default)]
pub struct LibPhoneNumbers;

/// No notation of a number is longer, in bytes: 15 digits, their separators, an extension.
const MAX_LENGTH: usize = 64;

impl NumberingPlans for LibPhoneNumbers {
    fn parse(&self, number: &str, region: &str) -> Result<PhoneNumber, Fault> {
        let region = known_region(region)?;
        if number.len() > MAX_LENGTH || number.contains('\0') {
            return Err(Fault::InvalidPhoneNumber);
        }
        let number = PHONE_NUMBER_UTIL.parse(number, Some(region)).map_err(|_| Fault::InvalidPhoneNumber)?;
        if !number.is_valid() {
            return Err(Fault::InvalidPhoneNumber);
        }
        let own_region = number.get_region_code().ok_or(Fault::InvalidPhoneNumber)?;
        Ok(PhoneNumber {
            e164: number.format_as(PhoneNumberFormat::E164).into_owned(),
            country_code: u16::try_from(number.country_code).map_err(|_| Fault::InvalidPhoneNumber)?,
            national_number: number.national_number,
            region: own_region.to_string(),
        })
    }
}

/// The library takes lower case, and reads regions without a plan as if there were one.
fn known_region(code: &str) -> Result<Region, Fault> {
    if code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(Fault::InvalidRegion);
    }
    let region = Region::from_code(code).map_err(|_| Fault::InvalidRegion)?;
    PHONE_NUMBER_UTIL.get_country_code_for_region(region).map(|_| region).ok_or(Fault::InvalidRegion)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::separated("555 444 33 22", "TR", "+905554443322", 90, 5_554_443_322, "TR")]
    #[case::with_country_code("90 555 444 33 22", "TR", "+905554443322", 90, 5_554_443_322, "TR")]
    #[case::national_prefix("0 (555) 444-33-22", "TR", "+905554443322", 90, 5_554_443_322, "TR")]
    #[case::another_regions("+44 20 7946 0018", "TR", "+442079460018", 44, 2_079_460_018, "GB")]
    #[case::dialled_abroad("011 44 20 7946 0018", "US", "+442079460018", 44, 2_079_460_018, "GB")]
    #[case::shared_country_code("+1 604 555 0123", "US", "+16045550123", 1, 6_045_550_123, "CA")]
    #[case::of_no_region("+800 1234 5678", "FR", "+80012345678", 800, 12_345_678, "001")]
    #[case::leading_zero_kept("02 1234 5678", "IT", "+390212345678", 39, 212_345_678, "IT")]
    #[case::other_digits("٠٥٥٥ ٤٤٤ ٣٣ ٢٢", "TR", "+905554443322", 90, 5_554_443_322, "TR")]
    #[case::uri("tel:+33-6-12-34-56-78", "US", "+33612345678", 33, 612_345_678, "FR")]
    fn usual_notations_are_read(
        #[case] given: &str,
        #[case] region: &str,
        #[case] e164: &str,
        #[case] country_code: u16,
        #[case] national_number: u64,
        #[case] own_region: &str,
    ) {
        let (e164, own_region) = (e164.to_owned(), own_region.to_owned());
        let number = PhoneNumber { e164, country_code, national_number, region: own_region };
        assert_eq!(LibPhoneNumbers.parse(given, region), Ok(number));
    }

    #[rstest]
    #[case::too_short("+1555", "US")]
    #[case::no_such_area("+1 055 555 0123", "US")]
    #[case::no_such_country("+999 123 456", "US")]
    #[case::too_long("555 444 33 22 11", "TR")]
    #[case::words("call me", "US")]
    #[case::empty("", "US")]
    #[case::nul("555 444 33 22\0", "TR")]
    #[case::endless(&"5".repeat(10_000), "TR")]
    #[case::digits_after_much_space(&format!("{}5554443322", " ".repeat(100)), "TR")]
    fn what_no_plan_knows_is_invalid(#[case] given: &str, #[case] region: &str) {
        assert_eq!(LibPhoneNumbers.parse(given, region), Err(Fault::InvalidPhoneNumber));
    }

    #[rstest]
    fn regions_are_upper_case_codes_with_a_plan(
        #[values("", "tr", "Tr", "TUR", "001", "ZZ", "AA", "T", "T\0", "é")] region: &str,
    ) {
        assert_eq!(LibPhoneNumbers.parse("+90 555 444 33 22", region), Err(Fault::InvalidRegion));
    }
}
