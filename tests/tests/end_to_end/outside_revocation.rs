//! `POST /oauth/revoke` (RFC 7009) and `POST /oauth/introspect` (RFC 7662) before the OAuth library that Rust clients
//! use: the crate oauth2, at the addresses that the metadata tells.

use oauth2::basic::{
    BasicClient, BasicErrorResponse, BasicErrorResponseType, BasicRevocationErrorResponse,
    BasicTokenIntrospectionResponse,
};
use oauth2::{
    AccessToken, AuthType, ClientId, ClientSecret, EndpointNotSet, EndpointSet, IntrospectionUrl,
    RefreshToken, RequestTokenError, RevocationErrorResponseType, RevocationUrl, StandardRevocableToken,
    TokenIntrospectionResponse,
};
use roster_tests::{Actor, CLIENT, ClientCredentials, Service};
use serde_json::{Value, json};
use std::collections::BTreeSet;

use crate::outside_oauth_client::{carrier, endpoint};

type Client = BasicClient<EndpointNotSet, EndpointNotSet, EndpointSet, EndpointSet, EndpointNotSet>;

/// A client of the service, and what it asks.
struct Caller<'a> {
    service: &'a Service,
    client: Client,
}

impl<'a> Caller<'a> {
    fn of(service: &'a Service, client: BasicClient) -> Self {
        let revocation = RevocationUrl::new(endpoint(service, "revocation_endpoint")).unwrap();
        let introspection = IntrospectionUrl::new(endpoint(service, "introspection_endpoint")).unwrap();
        let client = client.set_revocation_url(revocation).set_introspection_url(introspection);
        Self { service, client }
    }

    /// The public client that every data folder has.
    fn public(service: &'a Service) -> Self {
        Self::of(service, BasicClient::new(ClientId::new(CLIENT.to_owned())))
    }

    /// A client with a secret, which it shows in one way or the other.
    fn confidential(service: &'a Service, credentials: &ClientCredentials, way: AuthType) -> Self {
        let client = BasicClient::new(ClientId::new(credentials.id.clone()))
            .set_client_secret(ClientSecret::new(credentials.secret.clone()))
            .set_auth_type(way);
        Self::of(service, client)
    }

    fn revoke(
        &self,
        token: impl Into<StandardRevocableToken>,
    ) -> Result<(), RequestTokenError<ureq::Error, BasicRevocationErrorResponse>> {
        self.client.revoke_token(token.into()).unwrap().request(&carrier(self.service))
    }

    fn introspect(
        &self,
        token: &str,
        hint: &'static str,
    ) -> Result<BasicTokenIntrospectionResponse, RequestTokenError<ureq::Error, BasicErrorResponse>> {
        let token = AccessToken::new(token.to_owned());
        self.client.introspect(&token).set_token_type_hint(hint).request(&carrier(self.service))
    }
}

fn access_token(actor: &Actor) -> AccessToken {
    AccessToken::new(actor.token.clone())
}

fn refresh_token(actor: &Actor) -> RefreshToken {
    RefreshToken::new(actor.refresh_token.clone().unwrap())
}

#[track_caller]
fn is_signed_in(actor: &Actor) {
    actor.get("/user").expect(200);
}

#[track_caller]
fn is_signed_out(service: &Service, actor: &Actor) {
    actor.get("/user").expect_problem(401, "invalid_token");
    let refused = service.try_refresh(actor.refresh_token.as_deref().unwrap());
    assert_eq!(refused.expect(400)["error"], "invalid_grant");
}

#[test]
fn the_standard_library_ends_a_session_with_either_of_its_tokens() {
    let service = Service::start();
    let caller = Caller::public(&service);
    let tokens: [fn(&Actor) -> StandardRevocableToken; 2] =
        [|actor| refresh_token(actor).into(), |actor| access_token(actor).into()];
    for token in tokens {
        let user = service.user("tech");
        let elsewhere = service.sign_in(&user.email, &user.password);
        caller.revoke(token(&user)).unwrap();
        is_signed_out(&service, &user);
        is_signed_in(&elsewhere);
        // Whoever did not hear the answer asks again.
        caller.revoke(token(&user)).unwrap();
    }
}

#[test]
fn a_token_that_nobody_knows_is_revoked_all_the_same() {
    let service = Service::start();
    let caller = Caller::public(&service);
    let user = service.user("tech");
    caller.revoke(RefreshToken::new("unheard-of".to_owned())).unwrap();
    caller.revoke(AccessToken::new("e30.e30.e30".to_owned())).unwrap();
    is_signed_in(&user);
    // The hint may be wrong (RFC 7009 §2.1).
    caller.revoke(AccessToken::new(user.refresh_token.clone().unwrap())).unwrap();
    is_signed_out(&service, &user);
}

#[test]
fn nobody_revokes_the_tokens_of_another_client() {
    let service = Service::start();
    let user = service.user("tech");
    let other = service.register_client("other", &[]);
    let caller = Caller::confidential(&service, &other, AuthType::BasicAuth);
    // RFC 7009 §2.1 has it refused; that it is not known to this client may be said too.
    caller.revoke(refresh_token(&user)).ok();
    caller.revoke(access_token(&user)).ok();
    is_signed_in(&user);
    service.try_refresh(user.refresh_token.as_deref().unwrap()).expect(200);
}

#[test]
fn a_client_that_revokes_proves_itself() {
    let service = Service::start();
    let credentials = service.register_client("backend", &[]);
    let wrong = ClientCredentials { secret: "wrong".to_owned(), ..credentials.clone() };
    for way in [AuthType::BasicAuth, AuthType::RequestBody] {
        let error = Caller::confidential(&service, &wrong, way.clone())
            .revoke(RefreshToken::new("unheard-of".to_owned()))
            .unwrap_err();
        let RequestTokenError::ServerResponse(error) = error else { panic!("{error:?}") };
        let expected = RevocationErrorResponseType::Basic(BasicErrorResponseType::InvalidClient);
        assert_eq!(*error.error(), expected);
        Caller::confidential(&service, &credentials, way)
            .revoke(RefreshToken::new("unheard-of".to_owned()))
            .unwrap();
    }
}

#[test]
fn a_clients_own_token_is_of_a_kind_that_cannot_be_revoked() {
    let service = Service::start();
    let credentials = service.register_client("backend", &[]);
    let client = service.act_as(&credentials, &["users:get"]);
    let error = Caller::confidential(&service, &credentials, AuthType::BasicAuth)
        .revoke(access_token(&client))
        .unwrap_err();
    let RequestTokenError::ServerResponse(error) = error else { panic!("{error:?}") };
    assert_eq!(*error.error(), RevocationErrorResponseType::UnsupportedTokenType);
    client.get("/users").expect(200);
}

#[test]
fn the_standard_library_reads_what_an_active_token_says() {
    let service = Service::start();
    let user = service.user("tech");
    let user = service.sign_in_with(&user, &["profile:get", "users:get"]);
    let claims: Value = jsonwebtoken::dangerous::insecure_decode_claims(&user.token).unwrap();
    let credentials = service.register_client("backend", &[]);
    for way in [AuthType::BasicAuth, AuthType::RequestBody] {
        let caller = Caller::confidential(&service, &credentials, way);
        // The hint may be wrong (RFC 7662 §2.1).
        for hint in ["access_token", "refresh_token", "something_else"] {
            let told = caller.introspect(&user.token, hint).unwrap();
            assert!(told.active(), "{hint}");
            assert_eq!(told.sub(), Some(user.id.as_str()));
            assert_eq!(told.client_id().map(|client| client.as_str()), Some(CLIENT));
            let scopes: BTreeSet<&str> = told.scopes().unwrap().iter().map(|scope| scope.as_str()).collect();
            assert_eq!(scopes, BTreeSet::from(["profile:get", "users:get"]));
            assert_eq!(told.exp().map(|time| time.timestamp()), claims["exp"].as_i64());
        }
    }
}

#[test]
fn what_is_not_valid_is_not_active() {
    let service = Service::start();
    let administrator = service.administrator();
    let credentials = service.register_client("backend", &[]);
    let caller = Caller::confidential(&service, &credentials, AuthType::BasicAuth);
    let inactive = |token: &str| {
        let told = caller.introspect(token, "access_token").unwrap();
        assert!(!told.active(), "{token}");
        // RFC 7662 §2.2: nothing more is told.
        assert!(told.sub().is_none() && told.scopes().is_none() && told.client_id().is_none());
    };
    inactive("unheard-of");
    inactive("e30.e30.e30");
    inactive(&Service::start().user("tech").token);
    let (revoked, disabled) = (service.user("tech"), service.user("tech"));
    for user in [&revoked, &disabled] {
        assert!(caller.introspect(&user.token, "access_token").unwrap().active());
    }
    Caller::public(&service).revoke(refresh_token(&revoked)).unwrap();
    inactive(&revoked.token);
    inactive(revoked.refresh_token.as_deref().unwrap());
    administrator.patch(&format!("/users/{}", disabled.id), json!({ "disabled": true })).expect(200);
    inactive(&disabled.token);
}

#[test]
fn only_a_client_with_a_secret_looks_into_tokens() {
    let service = Service::start();
    let user = service.user("tech");
    let error = Caller::public(&service).introspect(&user.token, "access_token").unwrap_err();
    assert!(matches!(error, RequestTokenError::ServerResponse(_)), "{error:?}");
    let credentials = service.register_client("backend", &[]);
    let wrong = ClientCredentials { secret: "wrong".to_owned(), ..credentials };
    for way in [AuthType::BasicAuth, AuthType::RequestBody] {
        let error =
            Caller::confidential(&service, &wrong, way).introspect(&user.token, "access_token").unwrap_err();
        let RequestTokenError::ServerResponse(error) = error else { panic!("{error:?}") };
        assert_eq!(*error.error(), BasicErrorResponseType::InvalidClient);
    }
}
