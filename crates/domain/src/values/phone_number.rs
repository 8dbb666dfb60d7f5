/// A valid phone number, as the port for numbering plans returned it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber {
    /// The E.164 form: `+`, country code, national number.
    pub e164: String,
    /// The country calling code.
    pub country_code: u16,
    /// The national significant number, as a number (a leading zero is not part of it).
    pub national_number: u64,
    /// The ISO 3166-1 alpha-2 region to which the number itself belongs; `001` for a number of none.
    pub region: String,
}
