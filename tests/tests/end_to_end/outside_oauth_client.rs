//! `POST /oauth/token` before the OAuth library that Rust clients use: the crate oauth2.

use oauth2::basic::{BasicClient, BasicErrorResponse, BasicErrorResponseType, BasicTokenResponse};
use oauth2::{
    AuthType, ClientId, ClientSecret, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, RefreshToken,
    RequestTokenError, ResourceOwnerPassword, ResourceOwnerUsername, Scope, TokenResponse, TokenUrl,
};
use roster_tests::{
    ADMINISTRATOR_EMAIL, ADMINISTRATOR_PASSWORD, ALL_SCOPES, Body, CLIENT, ClientCredentials, PUBLIC_URL,
    Service,
};
use std::collections::BTreeSet;
use std::time::Duration;

type Client = BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;
type Outcome = Result<BasicTokenResponse, RequestTokenError<ureq::Error, BasicErrorResponse>>;

/// How the library reaches the service: what it sends to the name of the issuer arrives where the service listens.
pub(crate) fn carrier(service: &Service) -> impl Fn(HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let http = service.http();
    move |request| {
        let url = request.uri().to_string();
        let path = url.strip_prefix(PUBLIC_URL).unwrap_or_else(|| panic!("{url} is not the issuer's"));
        let headers: Vec<(&str, &str)> =
            request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        // The library names the type of the body among its headers.
        let body = Body::Bytes("", request.body().clone());
        let answer = http.try_send(request.method().as_str(), path, &headers, &body)?;
        let mut response = oauth2::http::Response::builder().status(answer.status);
        for (name, value) in answer.headers {
            response = response.header(name, value);
        }
        Ok(response.body(answer.body).unwrap())
    }
}

/// An address that the metadata tells (RFC 8414).
pub(crate) fn endpoint(service: &Service, name: &str) -> String {
    let metadata = service.nobody().get("/.well-known/oauth-authorization-server").expect(200);
    metadata[name].as_str().unwrap_or_else(|| panic!("no {name} in {metadata}")).to_owned()
}

/// The public client that every data folder has.
fn public(service: &Service) -> Client {
    let endpoint = TokenUrl::new(endpoint(service, "token_endpoint")).unwrap();
    BasicClient::new(ClientId::new(CLIENT.to_owned())).set_token_uri(endpoint)
}

/// A client with a secret, which it shows in one way or the other.
fn confidential(service: &Service, credentials: &ClientCredentials, way: AuthType) -> Client {
    let endpoint = TokenUrl::new(endpoint(service, "token_endpoint")).unwrap();
    BasicClient::new(ClientId::new(credentials.id.clone()))
        .set_client_secret(ClientSecret::new(credentials.secret.clone()))
        .set_auth_type(way)
        .set_token_uri(endpoint)
}

fn sign_in(service: &Service, client: &Client, password: &str, scope: &[&str]) -> Outcome {
    let (name, password) = (
        ResourceOwnerUsername::new(ADMINISTRATOR_EMAIL.to_owned()),
        ResourceOwnerPassword::new(password.to_owned()),
    );
    let scopes = scope.iter().map(|scope| Scope::new((*scope).to_owned()));
    client.exchange_password(&name, &password).add_scopes(scopes).request(&carrier(service))
}

fn granted(tokens: &BasicTokenResponse) -> BTreeSet<&str> {
    tokens.scopes().unwrap().iter().map(|scope| scope.as_str()).collect()
}

/// An error must be one that the library knows, told in letters that RFC 6749 §5.2 allows.
#[track_caller]
fn refused(outcome: Outcome, expected: &BasicErrorResponseType) {
    let error = outcome.unwrap_err();
    let RequestTokenError::ServerResponse(error) = error else { panic!("not a standard error: {error:?}") };
    assert_eq!(error.error(), expected);
    let description = error.error_description().unwrap();
    let is_allowed = |sign: char| (' '..='~').contains(&sign) && !['"', '\\'].contains(&sign);
    assert!(!description.is_empty() && description.chars().all(is_allowed), "{description}");
}

#[test]
fn a_password_is_exchanged_by_the_standard_library() {
    let service = Service::start();
    let client = public(&service);
    let tokens = sign_in(&service, &client, ADMINISTRATOR_PASSWORD, &[]).unwrap();
    assert_eq!(*tokens.token_type(), oauth2::basic::BasicTokenType::Bearer);
    assert_eq!(tokens.expires_in(), Some(Duration::from_mins(5)));
    assert_eq!(granted(&tokens), BTreeSet::from(ALL_SCOPES));
    service.nobody().with_token(tokens.access_token().secret()).get("/user").expect(200);
    let narrow = sign_in(&service, &client, ADMINISTRATOR_PASSWORD, &["profile:get", "users:get"]).unwrap();
    assert_eq!(granted(&narrow), BTreeSet::from(["profile:get", "users:get"]));
}

#[test]
fn a_refresh_token_is_exchanged_by_the_standard_library() {
    let service = Service::start();
    let client = public(&service);
    let first = sign_in(&service, &client, ADMINISTRATOR_PASSWORD, &[]).unwrap();
    let refresh = |token: &RefreshToken| client.exchange_refresh_token(token).request(&carrier(&service));
    let second = refresh(first.refresh_token().unwrap()).unwrap();
    let third = refresh(second.refresh_token().unwrap()).unwrap();
    service.nobody().with_token(third.access_token().secret()).get("/user").expect(200);
    let used: BTreeSet<&str> =
        [&first, &second, &third].map(|tokens| tokens.refresh_token().unwrap().secret().as_str()).into();
    assert_eq!(used.len(), 3, "each is used once");
    refused(refresh(first.refresh_token().unwrap()), &BasicErrorResponseType::InvalidGrant);
}

#[test]
fn a_client_may_show_its_secret_in_both_ways_of_the_standard_library() {
    let service = Service::start();
    let credentials = service.register_client("back.end_1-a", &["--trusted"]);
    for way in [AuthType::BasicAuth, AuthType::RequestBody] {
        let client = confidential(&service, &credentials, way);
        let tokens = client.exchange_client_credentials().request(&carrier(&service)).unwrap();
        assert!(tokens.refresh_token().is_none());
        service.nobody().with_token(tokens.access_token().secret()).get("/users").expect(200);
        sign_in(&service, &client, ADMINISTRATOR_PASSWORD, &[]).unwrap();
    }
}

#[test]
fn errors_are_those_that_the_standard_library_knows() {
    let service = Service::start();
    let credentials = service.register_client("backend", &[]);
    let wrong = ClientCredentials { secret: "wrong: 100% ü+".to_owned(), ..credentials.clone() };
    for way in [AuthType::BasicAuth, AuthType::RequestBody] {
        let client = confidential(&service, &wrong, way);
        let outcome = client.exchange_client_credentials().request(&carrier(&service));
        refused(outcome, &BasicErrorResponseType::InvalidClient);
    }
    let client = public(&service);
    let own = client.exchange_client_credentials().request(&carrier(&service));
    refused(own, &BasicErrorResponseType::UnauthorizedClient);
    let outcome = sign_in(&service, &client, "canary-wrong-password", &[]);
    refused(outcome, &BasicErrorResponseType::InvalidGrant);
    let outcome = sign_in(&service, &client, ADMINISTRATOR_PASSWORD, &["users:get", "nonsense"]);
    refused(outcome, &BasicErrorResponseType::InvalidScope);
    let outcome = sign_in(&service, &client, "", &[]);
    refused(outcome, &BasicErrorResponseType::InvalidRequest);
}
