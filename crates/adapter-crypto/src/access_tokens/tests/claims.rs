use proptest::prelude::*;
use roster_domain::{AccessToken, Instant};
use roster_ports::AccessTokens;
use rstest::rstest;

use super::forgery::{Forge, good_claims, payload, payload_with};
use super::{ISSUER, assert_refused, now};

#[test]
fn the_token_that_all_forgeries_start_from_is_good() {
    let forge = Forge::new();
    let token = forge.tokens.verify(&forge.with_payload(&payload()), now()).unwrap();
    assert_eq!(token.scopes.to_string(), "users:get profile:get");
    assert_eq!(token.expires_at, Instant::from_timestamp_secs(1_800_000_300).unwrap());
}

#[rstest]
fn no_claim_may_be_missing(
    #[values("iss", "aud", "sub", "exp", "iat", "jti", "client_id", "scope")] claim: &'static str,
) {
    let forge = Forge::new();
    assert_refused(&forge, &forge.with_payload(&payload_with(claim, None)), "claims that are not ours");
}

#[rstest]
fn no_claim_may_be_null_or_of_another_type(
    #[values("iss", "aud", "sub", "exp", "iat", "nbf", "jti", "client_id", "scope", "sid")]
    claim: &'static str,
    #[values("null", "{}", "true", "1.5", "[1]", "[[]]")] value: &str,
) {
    let forge = Forge::new();
    let payload = payload_with(claim, Some(value));
    assert_refused(&forge, &forge.with_payload(&payload), "claims that are not ours");
}

#[rstest]
fn no_claim_may_be_given_twice(#[values("sub", "scope", "aud", "exp", "sid")] claim: &str) {
    let forge = Forge::new();
    let (_, value) = good_claims().into_iter().find(|(name, _)| *name == claim).unwrap();
    let escaped = format!("\\u{:04x}{}", u32::from(claim.chars().next().unwrap()), claim.split_at(1).1);
    for twin in [claim, &escaped] {
        let payload = payload().replacen('{', &format!(r#"{{"{twin}":{value},"#), 1);
        assert_refused(&forge, &forge.with_payload(&payload), "claims that are not ours");
    }
}

#[rstest]
fn no_other_claim_is_let_through(#[values("roles", "acr", "SUB", "", "azp")] claim: &'static str) {
    let forge = Forge::new();
    let payload = payload_with(claim, Some(r#""board""#));
    assert_refused(&forge, &forge.with_payload(&payload), "claims that are not ours");
}

#[test]
fn claims_must_be_an_object() {
    let forge = Forge::new();
    let values: Vec<_> = good_claims().into_iter().map(|(_, value)| value).collect();
    let array = format!("[{}]", values.join(","));
    for payload in
        [array, format!(" {}", payload()), format!("{}x", payload()), "null".to_owned(), String::new()]
    {
        assert_refused(&forge, &forge.with_payload(&payload), "claims that are not ours");
    }
}

#[rstest]
#[case::trailing_slash("https://roster.example/")]
#[case::other("https://other.example")]
#[case::upper_case("https://ROSTER.example")]
#[case::empty("")]
fn the_issuer_must_be_this_service_letter_by_letter(#[case] issuer: &str) {
    let forge = Forge::new();
    let payload = payload_with("iss", Some(&format!(r#""{issuer}""#)));
    assert_refused(&forge, &forge.with_payload(&payload), "another issuer");
}

#[rstest]
#[case::other(r#""https://other.example""#)]
#[case::nobody("[]")]
#[case::list_of_another(r#"["https://other.example"]"#)]
#[case::trailing_slash(r#""https://roster.example/""#)]
#[case::among_others(r#"["https://roster.example","https://other.example"]"#)]
#[case::twice(r#"["https://roster.example","https://roster.example"]"#)]
fn the_audience_must_be_this_service_alone(#[case] audience: &str) {
    let forge = Forge::new();
    let payload = payload_with("aud", Some(audience));
    assert_refused(&forge, &forge.with_payload(&payload), "another audience");
}

#[test]
fn the_audience_may_be_a_list_of_one() {
    let forge = Forge::new();
    let payload = payload_with("aud", Some(&format!(r#"["{ISSUER}"]"#)));
    assert!(forge.tokens.verify(&forge.with_payload(&payload), now()).is_ok());
}

#[rstest]
fn dates_must_be_whole_seconds_within_reach(
    #[values("exp", "iat", "nbf")] claim: &'static str,
    #[values(
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "1000000000000000",
        "253402300800",
        "1e15",
        "1e400",
        "18e8",
        "-1",
        "0",
        "1800000000.5",
        "\"1800000000\"",
        "[]"
    )]
    date: &str,
) {
    let forge = Forge::new();
    let payload = payload_with(claim, Some(date));
    assert_refused(&forge, &forge.with_payload(&payload), "claims that are not ours");
}

#[rstest]
#[case::long_ago("exp", "1", Err("expired"))]
#[case::expires_now("exp", "1800000000", Err("expired"))]
#[case::expires_next_second("exp", "1800000001", Ok(()))]
#[case::last_date("exp", "253402300799", Ok(()))]
#[case::issued_ahead("iat", "1800000060", Ok(()))]
#[case::issued_too_far_ahead("iat", "1800000061", Err("issued in the future"))]
#[case::issued_in_an_hour("iat", "1800003600", Err("issued in the future"))]
#[case::not_before_ahead("nbf", "1800000060", Ok(()))]
#[case::not_before_too_far_ahead("nbf", "1800000061", Err("not valid yet"))]
fn only_the_start_has_leeway(
    #[case] claim: &'static str,
    #[case] date: &str,
    #[case] expected: Result<(), &str>,
) {
    let forge = Forge::new();
    let token = forge.with_payload(&payload_with(claim, Some(date)));
    let verified = forge.tokens.verify(&token, now()).map(|_| ()).map_err(|refusal| refusal.reason);
    assert_eq!(verified, expected);
}

#[rstest]
#[case::near_miss("users:ge")]
#[case::everything("all")]
#[case::wildcard("*")]
#[case::comma_list("users:get,users:delete")]
#[case::one_unknown("users:get users:own")]
fn unknown_scopes_are_refused(#[case] scope: &str) {
    let forge = Forge::new();
    let payload = payload_with("scope", Some(&format!(r#""{scope}""#)));
    assert_refused(&forge, &forge.with_payload(&payload), "a claim of another form");
}

#[rstest]
#[case::subject("sub", "roster-cli")]
#[case::unhyphenated_subject("sub", "970df7c4843d4a1d9264bd0cc5c5d927")]
#[case::session("sid", "session")]
#[case::token_id("jti", "")]
#[case::client("client_id", "a client")]
fn identifiers_must_have_their_form(#[case] claim: &'static str, #[case] value: &str) {
    let forge = Forge::new();
    let payload = payload_with(claim, Some(&format!(r#""{value}""#)));
    assert_refused(&forge, &forge.with_payload(&payload), "a claim of another form");
}

#[test]
fn a_token_of_a_user_without_a_session_is_refused() {
    let forge = Forge::new();
    let payload = payload_with("sid", None);
    assert_refused(&forge, &forge.with_payload(&payload), "a subject without a session");
}

/// The JSON text of a claim whose value a stranger may choose, as the token that came of it has it.
fn meant(claim: &str, token: &AccessToken) -> String {
    match claim {
        "client_id" => format!("{:?}", token.client.as_str()),
        "scope" => format!("{:?}", token.scopes.to_string()),
        "exp" => token.expires_at.timestamp().to_string(),
        "iat" => token.issued_at.timestamp().to_string(),
        _ => format!("nothing else than the one value of {claim}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_signed_claim_of_any_text_is_refused_or_means_what_it_says(
        claim in prop::sample::select(vec!["iss", "aud", "sub", "exp", "iat", "jti", "client_id", "scope", "sid"]),
        value in "[-+0-9eE.\\[\\]{}\",a-z]{0,24}|\"[a-z0-9.-]{0,8}\"",
    ) {
        let forge = Forge::new();
        let token = forge.with_payload(&payload_with(claim, Some(&value)));
        if let Ok(token) = forge.tokens.verify(&token, now()) {
            prop_assert_eq!(meant(claim, &token), value);
        }
    }

    #[test]
    fn a_signed_date_of_any_size_never_panics(
        claim in prop::sample::select(vec!["exp", "iat", "nbf"]),
        date: i64,
    ) {
        let forge = Forge::new();
        let token = forge.with_payload(&payload_with(claim, Some(&date.to_string())));
        let within_reach = (1..253_402_300_800).contains(&date);
        prop_assert!(within_reach || forge.tokens.verify(&token, now()).is_err());
    }
}
