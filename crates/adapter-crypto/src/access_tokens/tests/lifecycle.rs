use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use roster_domain::{AccessToken, Instant, PrincipalId};
use roster_ports::{AccessTokens, KeyError, SigningKeys};
use secrecy::ExposeSecret;
use std::sync::Arc;

use super::forgery::Forge;
use super::{ISSUER, USER, assert_refused, now};
use crate::{JwtAccessTokens, KeyRing, MasterSecrets};

pub(super) fn of_a_user() -> AccessToken {
    AccessToken {
        id: "0190163d-8694-739b-aea5-966c26f8ad91".parse().unwrap(),
        subject: PrincipalId::User(USER.parse().unwrap()),
        client: "roster-cli".parse().unwrap(),
        session: Some("0190163d-8694-7000-8000-000000000001".parse().unwrap()),
        scopes: "users:get profile:get".parse().unwrap(),
        issued_at: now(),
        expires_at: now() + TimeDelta::seconds(300),
    }
}

fn of_a_client() -> AccessToken {
    let client: roster_domain::ClientId = "billing".parse().unwrap();
    AccessToken { subject: PrincipalId::Client(client.clone()), client, session: None, ..of_a_user() }
}

#[test]
fn issued_tokens_verify_and_say_what_they_were_issued_for() {
    let forge = Forge::new();
    for token in [of_a_user(), of_a_client()] {
        let issued = forge.tokens.issue(&token).unwrap();
        assert_eq!(forge.tokens.verify(issued.expose_secret(), now()), Ok(token));
    }
}

#[test]
fn a_token_has_the_form_of_rfc_9068() {
    let forge = Forge::new();
    let issued = forge.tokens.issue(&of_a_user()).unwrap();
    let parts: Vec<_> = issued.expose_secret().split('.').collect();
    let text = |part| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    assert_eq!(text(parts[0]), forge.header());
    assert_eq!(
        text(parts[1]),
        format!(r#"{{"iss":"{ISSUER}","aud":"{ISSUER}","sub":"{USER}","exp":1800000300,"iat":1800000000,"#)
            + r#""jti":"0190163d-8694-739b-aea5-966c26f8ad91","client_id":"roster-cli","#
            + r#""scope":"users:get profile:get","sid":"0190163d-8694-7000-8000-000000000001"}"#
    );
}

#[test]
fn tokens_tell_whole_seconds() {
    let forge = Forge::new();
    let later = TimeDelta::milliseconds(999);
    let token = AccessToken { issued_at: now() + later, expires_at: now() + later, ..of_a_client() };
    let issued = forge.tokens.issue(&token).unwrap();
    let before = now() - TimeDelta::milliseconds(1);
    assert_eq!(forge.tokens.verify(issued.expose_secret(), before).unwrap().expires_at, now());
    assert_refused(&forge, issued.expose_secret(), "expired");
}

#[test]
fn a_date_without_a_numeric_form_is_not_signed() {
    let forge = Forge::new();
    for date in [Instant::MIN_UTC, Instant::MAX_UTC, Instant::UNIX_EPOCH] {
        let token = AccessToken { expires_at: date, ..of_a_user() };
        assert_eq!(forge.tokens.issue(&token).err(), Some(KeyError::Failed));
    }
}

#[test]
fn nothing_is_issued_or_verified_without_a_key() {
    let forge = Forge::new();
    let issued = forge.tokens.issue(&of_a_user()).unwrap();
    forge.ring.install(&[]).unwrap();
    assert_eq!(forge.tokens.issue(&of_a_user()).err(), Some(KeyError::Missing));
    assert_refused(&forge, issued.expose_secret(), "unknown key");
}

#[test]
fn a_token_of_a_key_that_was_taken_away_is_refused_though_it_was_remembered() {
    let forge = Forge::new();
    let issued = forge.tokens.issue(&of_a_user()).unwrap();
    assert!(forge.tokens.verify(issued.expose_secret(), now()).is_ok());
    let next = forge.ring.generate(now(), now()).unwrap();
    forge.ring.install(&[forge.key.clone(), next.clone()]).unwrap();
    assert!(forge.tokens.verify(issued.expose_secret(), now()).is_ok());
    forge.ring.install(&[next]).unwrap();
    assert_refused(&forge, issued.expose_secret(), "unknown key");
}

#[test]
fn a_remembered_token_expires_and_starts_as_any_other() {
    let forge = Forge::new();
    let issued = forge.tokens.issue(&of_a_user()).unwrap();
    let verify = |at| forge.tokens.verify(issued.expose_secret(), at).map_err(|refusal| refusal.reason);
    assert!(verify(now()).is_ok());
    assert_eq!(verify(now() + TimeDelta::seconds(300)), Err("expired"));
    assert_eq!(verify(now() - TimeDelta::seconds(61)), Err("issued in the future"));
    assert_eq!(verify(now() + TimeDelta::milliseconds(299_999)), Ok(of_a_user()));
}

#[test]
fn only_valid_tokens_are_remembered_and_each_once() {
    let forge = Forge::new();
    let issued = forge.tokens.issue(&of_a_user()).unwrap();
    let expired = AccessToken { expires_at: now(), ..of_a_user() };
    let expired = forge.tokens.issue(&expired).unwrap();
    assert_refused(&forge, expired.expose_secret(), "expired");
    assert_refused(&forge, "e30.e30.e30", "a header that is not ours");
    assert_eq!(forge.tokens.verified.len(), 0);
    for _ in 0..3 {
        assert!(forge.tokens.verify(issued.expose_secret(), now()).is_ok());
    }
    assert_eq!(forge.tokens.verified.len(), 1);
}

#[test]
fn services_that_share_keys_but_not_their_name_refuse_each_others_tokens() {
    let ring = Arc::new(KeyRing::new(&MasterSecrets::generate().0));
    ring.install(&[ring.generate(now(), now()).unwrap()]).unwrap();
    let (one, other) = (
        JwtAccessTokens::new("https://one.example".to_owned(), Arc::clone(&ring)),
        JwtAccessTokens::new("https://other.example".to_owned(), ring),
    );
    let issued = one.issue(&of_a_user()).unwrap();
    let refusal = other.verify(issued.expose_secret(), now()).unwrap_err();
    assert_eq!(refusal.reason, "another issuer");
}

#[test]
fn an_issued_token_is_never_printed() {
    let forge = Forge::new();
    let issued = forge.tokens.issue(&of_a_user()).unwrap();
    assert!(!format!("{issued:?}").contains("eyJ"));
}
