use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use roster_ports::DomainNames;

/// Domain names by UTS #46, non-transitional, with the STD3 rules and the lengths of DNS.
///
/// A hyphen may not begin or end a label. Two in the third and fourth place are let through: names like that are
/// registered and receive mail. Labels that begin with `xn--` must decode to what would have been encoded so.
#[derive(Debug, Clone, Copy, Default)]
pub struct InternationalDomainNames;

impl DomainNames for InternationalDomainNames {
    fn a_labels(&self, domain: &str) -> Option<String> {
        Uts46::new()
            .to_ascii(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify)
            .ok()
            .map(std::borrow::Cow::into_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("example.org", "example.org")]
    #[case("EXAMPLE.Org", "example.org")]
    #[case("bücher.example", "xn--bcher-kva.example")]
    #[case("BÜCHER.example", "xn--bcher-kva.example")]
    #[case("bu\u{308}cher.example", "xn--bcher-kva.example")]
    #[case("XN--BCHER-KVA.example", "xn--bcher-kva.example")]
    #[case("faß.de", "xn--fa-hia.de")]
    #[case("例え。テスト", "xn--r8jz45g.xn--zckzah")]
    #[case("\u{212A}elvin.example", "kelvin.example")]
    #[case("ab--cd.example", "ab--cd.example")]
    fn spellings_of_one_domain_have_one_form(#[case] given: &str, #[case] form: &str) {
        assert_eq!(InternationalDomainNames.a_labels(given).as_deref(), Some(form));
    }

    #[rstest]
    #[case::empty("")]
    #[case::trailing_dot("example.org.")]
    #[case::ideographic_trailing_dot("example.org。")]
    #[case::empty_label("example..org")]
    #[case::leading_dot(".example.org")]
    #[case::underscore("a_b.example")]
    #[case::space("a b.example")]
    #[case::nul("a\0b.example")]
    #[case::fullwidth_at("a\u{FF20}b.example")]
    #[case::leading_hyphen("-a.example")]
    #[case::trailing_hyphen("a-.example")]
    #[case::broken_punycode("xn--a-\u{e9}.example")]
    #[case::nothing_encoded("xn--.example")]
    #[case::ascii_in_disguise("xn--example-.org")]
    #[case::not_what_would_be_encoded("xn--BCHER-KVA\u{301}.example")]
    #[case::bidi_mixture("a\u{5d0}.example")]
    #[case::zero_width("a\u{200d}b.example")]
    #[case::bracketed_address("[127.0.0.1]")]
    fn what_is_no_domain_name_has_no_form(#[case] given: &str) {
        assert_eq!(InternationalDomainNames.a_labels(given), None);
    }

    #[test]
    fn lengths_are_those_of_dns() {
        let (longest, too_long) = ("a".repeat(63), "a".repeat(64));
        assert!(InternationalDomainNames.a_labels(&format!("{longest}.example")).is_some());
        assert_eq!(InternationalDomainNames.a_labels(&format!("{too_long}.example")), None);
        assert_eq!(InternationalDomainNames.a_labels(&format!("{}a", "a.".repeat(127))), None);
        assert!(InternationalDomainNames.a_labels(&format!("{}a", "a.".repeat(126))).is_some());
    }
}
