use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use ring::hmac;
use roster_ports::{AccessTokens, KeyParameters, SigningKeys};
use rstest::rstest;

use super::algorithms::RSA_2048;
use super::forgery::{Forge, payload};
use super::{assert_refused, now};

#[rstest]
#[case::short("at+jwt")]
#[case::long("application/at+jwt")]
#[case::upper_case("AT+JWT")]
fn the_type_of_an_access_token_may_be_spelt_in_these_ways(#[case] typ: &str) {
    let forge = Forge::new();
    let header = format!(r#"{{"alg":"ES256","typ":"{typ}","kid":"{}"}}"#, forge.kid());
    assert!(forge.tokens.verify(&forge.with_header(&header), now()).is_ok());
}

#[rstest]
fn other_types_are_refused(
    #[values(
        "JWT",
        "jwt",
        "",
        "at",
        "at+jwt ",
        "application/jwt",
        "application/application/at+jwt",
        "dpop+jwt"
    )]
    typ: &str,
) {
    let forge = Forge::new();
    let header = format!(r#"{{"alg":"ES256","typ":"{typ}","kid":"{}"}}"#, forge.kid());
    assert_refused(&forge, &forge.with_header(&header), "not an access token");
}

#[rstest]
fn other_algorithms_are_refused_even_with_a_right_signature(
    #[values(
        "none", "None", "nOnE", "NONE", "", "es256", "ES256 ", "ES384", "ES512", "RS256", "PS256", "HS256",
        "EdDSA"
    )]
    alg: &str,
) {
    let forge = Forge::new();
    let header = format!(r#"{{"alg":"{alg}","typ":"at+jwt","kid":"{}"}}"#, forge.kid());
    let token = forge.with_header(&header);
    let reason = if alg == "RS256" { "another algorithm than its key's" } else { "another algorithm" };
    assert_refused(&forge, &token, reason);
    let (signed, _) = token.rsplit_once('.').unwrap();
    assert_refused(&forge, &format!("{signed}."), reason);
}

#[test]
fn the_public_key_is_no_hmac_secret() {
    let forge = Forge::new();
    let public = forge.ring.public_keys().remove(0);
    let KeyParameters::Ec { x, y } = public.parameters else { panic!("a key for ES256") };
    let point = [&[4][..], &decode(&x), &decode(&y)].concat();
    let jwk = format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"}}"#);
    let secrets = [point.clone(), point[1..].to_vec(), decode(&x), jwk.into_bytes(), public.der, Vec::new()];
    for secret in secrets {
        for alg in ["HS256", "ES256"] {
            let header = format!(r#"{{"alg":"{alg}","typ":"at+jwt","kid":"{}"}}"#, forge.kid());
            let signed = format!("{}.{}", encode(header.as_bytes()), encode(payload().as_bytes()));
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA512, &secret), signed.as_bytes());
            let reason = if alg == "ES256" { "wrong signature" } else { "another algorithm" };
            assert_refused(&forge, &format!("{signed}.{}", encode(tag.as_ref())), reason);
        }
    }
}

#[rstest]
#[case::unknown_kid(r#"{"alg":"ES256","typ":"at+jwt","kid":"another"}"#)]
#[case::empty_kid(r#"{"alg":"ES256","typ":"at+jwt","kid":""}"#)]
fn the_key_must_be_one_of_ours(#[case] header: &str) {
    let forge = Forge::new();
    assert_refused(&forge, &forge.with_header(header), "unknown key");
}

#[test]
fn a_key_of_another_service_is_refused_under_our_name_and_its_own() {
    let (ours, theirs) = (Forge::new(), Forge::new());
    let forged = theirs.sign(ours.header().as_bytes(), payload().as_bytes());
    assert_refused(&ours, &forged, "wrong signature");
    assert_refused(&ours, &theirs.with_header(&theirs.header()), "unknown key");
}

#[rstest]
#[case::without_alg(r#"{"typ":"at+jwt","kid":"KID"}"#)]
#[case::without_typ(r#"{"alg":"ES256","kid":"KID"}"#)]
#[case::without_kid(r#"{"alg":"ES256","typ":"at+jwt"}"#)]
#[case::null_kid(r#"{"alg":"ES256","typ":"at+jwt","kid":null}"#)]
#[case::numeric_alg(r#"{"alg":256,"typ":"at+jwt","kid":"KID"}"#)]
#[case::crit_and_its_member(r#"{"alg":"ES256","typ":"at+jwt","kid":"KID","crit":["x"],"x":1}"#)]
#[case::empty_crit(r#"{"alg":"ES256","typ":"at+jwt","kid":"KID","crit":[]}"#)]
#[case::unencoded_payload(r#"{"alg":"ES256","typ":"at+jwt","kid":"KID","b64":false,"crit":["b64"]}"#)]
#[case::jku(r#"{"alg":"ES256","typ":"at+jwt","kid":"KID","jku":"http://127.0.0.1/jwks"}"#)]
#[case::jwk(r#"{"alg":"ES256","typ":"at+jwt","kid":"KID","jwk":{"kty":"EC"}}"#)]
#[case::x5u(r#"{"alg":"ES256","typ":"at+jwt","kid":"KID","x5u":"http://127.0.0.1/"}"#)]
#[case::x5c(r#"{"alg":"ES256","typ":"at+jwt","kid":"KID","x5c":["MIIB"]}"#)]
#[case::zip(r#"{"alg":"ES256","typ":"at+jwt","kid":"KID","zip":"DEF"}"#)]
#[case::content_type(r#"{"alg":"ES256","typ":"at+jwt","kid":"KID","cty":"JWT"}"#)]
#[case::two_alg(r#"{"alg":"ES256","alg":"ES256","typ":"at+jwt","kid":"KID"}"#)]
#[case::two_alg_one_escaped(r#"{"alg":"ES256","\u0061lg":"none","typ":"at+jwt","kid":"KID"}"#)]
#[case::two_kid(r#"{"alg":"ES256","typ":"at+jwt","kid":"KID","kid":"KID"}"#)]
#[case::trailing_data(r#"{"alg":"ES256","typ":"at+jwt","kid":"KID"}{}"#)]
#[case::array(r#"["ES256","at+jwt","KID"]"#)]
#[case::nothing("")]
#[case::byte_order_mark("\u{feff}{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"KID\"}")]
fn a_header_of_any_other_shape_is_refused(#[case] header: &str) {
    let forge = Forge::new();
    let header = header.replace("KID", forge.kid().as_str());
    assert_refused(&forge, &forge.with_header(&header), "a header that is not ours");
}

#[test]
fn nested_and_long_headers_are_refused_before_they_are_read() {
    let forge = Forge::new();
    let nested = format!(r#"{{"alg":{}{}}}"#, "[".repeat(500), "]".repeat(500));
    assert_refused(&forge, &forge.with_header(&nested), "a header that is not ours");
    assert_refused(&forge, &forge.with_header(&" ".repeat(1_025)), "too long a header");
    assert_refused(&forge, &forge.with_header(&"[".repeat(100_000)), "too long");
}

#[rstest]
#[case::nothing("", "not three parts")]
#[case::one_part("eyJ9", "not three parts")]
#[case::two_parts("e30.e30", "not three parts")]
#[case::encrypted("e30.e30.e30.e30.e30", "not three parts")]
#[case::dots(&".".repeat(8_000), "not three parts")]
#[case::a_hundred_thousand_dots(&".".repeat(100_000), "too long")]
#[case::sixty_kilobytes(&"A".repeat(60_000), "too long")]
#[case::empty_parts("..", "a header that is not ours")]
#[case::spaces("e30.e30. ", "not base64url")]
fn what_has_not_the_form_of_a_token_is_refused(#[case] token: &str, #[case] reason: &str) {
    assert_refused(&Forge::new(), token, reason);
}

#[test]
fn every_changed_added_or_missing_character_is_refused() {
    let forge = Forge::new();
    let token = forge.with_header(&forge.header());
    assert!(forge.tokens.verify(&token, now()).is_ok());
    for at in 0..token.len() {
        let (before, after) = token.split_at(at);
        let original = after.chars().next().unwrap();
        for other in ['A', 'B', 'Q', 'g', 'w', '-', '_', '=', '+', '/', '.', ' '] {
            let changed = format!("{before}{other}{}", after.split_at(1).1);
            assert!(other == original || forge.tokens.verify(&changed, now()).is_err(), "{changed}");
        }
        assert!(forge.tokens.verify(before, now()).is_err());
    }
    for added in ["A", "=", ".", " ", "\n"] {
        assert!(forge.tokens.verify(&format!("{token}{added}"), now()).is_err());
        assert!(forge.tokens.verify(&format!("{added}{token}"), now()).is_err());
    }
}

/// The last character of a signature carries two bits that mean nothing: all but one value of it are refused.
#[test]
fn a_token_has_one_spelling() {
    let forge = Forge::new();
    let token = forge.with_header(&forge.header());
    let (kept, last) = token.split_at(token.len() - 1);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let accepted =
        alphabet.chars().filter(|other| forge.tokens.verify(&format!("{kept}{other}"), now()).is_ok());
    assert_eq!(accepted.collect::<String>(), last);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn strange_bytes_never_panic_and_never_verify(text: String, header: Vec<u8>, payload: Vec<u8>) {
        for forge in [Forge::new(), Forge::rsa(RSA_2048)] {
            prop_assert!(forge.tokens.verify(&text, now()).is_err());
            prop_assert!(forge.tokens.verify(&forge.sign(&header, &payload), now()).is_err());
            let token = forge.sign(forge.header().as_bytes(), &payload);
            prop_assert!(forge.tokens.verify(&token, now()).is_err());
        }
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}
