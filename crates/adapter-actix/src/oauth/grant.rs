use roster_domain::GrantType;
use roster_usecases::sign_in::GrantRequest;

use super::OAuthError;
use super::parameters::Parameters;

/// On what ground a token is asked for.
pub(super) fn requested(parameters: &mut Parameters) -> Result<GrantRequest, OAuthError> {
    let missing = OAuthError::invalid_request;
    let name = parameters.text("grant_type").ok_or(missing("The parameter grant_type is missing."))?;
    let grant_type: GrantType = name.parse().map_err(|_| OAuthError::unsupported_grant_type())?;
    match grant_type {
        GrantType::Password => {
            let username =
                parameters.text("username").ok_or(missing("The parameter username is missing."))?;
            let password =
                parameters.secret("password").ok_or(missing("The parameter password is missing."))?;
            Ok(GrantRequest::Password { username, password })
        }
        GrantType::RefreshToken => {
            let token = parameters.secret("refresh_token");
            Ok(GrantRequest::RefreshToken(token.ok_or(missing("The parameter refresh_token is missing."))?))
        }
        GrantType::ClientCredentials => Ok(GrantRequest::ClientCredentials),
    }
}
