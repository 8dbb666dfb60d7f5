use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::permission::{Operation, Target, decide};
use roster_usecases::account;

use crate::answer::{DoneAnswer, Problem, json, message};
use crate::http::Http;
use crate::request::{Query, authenticate, context, upload};
use crate::wire::account::{PictureAnswer, PictureFormWire, PictureWire};
use crate::wire::picture_url;

/// Sets the caller's picture: JPEG, PNG or WebP, at most 5 MiB and 4096×4096 pixels.
#[utoipa::path(
    patch, path = "/user/picture", tag = "account",
    request_body(content = PictureFormWire, content_type = "multipart/form-data"),
    responses((status = 200, description = "`Picture updated`, and where it is served", body = PictureAnswer)),
    security(("bearer" = ["profile:modify"]))
)]
pub(crate) async fn set_picture(
    http: Data<Http>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    decide(Operation::ChangeAccount, Target::Oneself, &caller)?;
    Query::none(&request)?;
    let context = context(&http, &request)?;
    let turn = http.uploads.turn(caller.principal.id());
    // It is held until the picture is made.
    let _turn = turn.ok_or_else(|| Problem::unavailable(&"too many uploads of one account at once"))?;
    let image = upload(&http, &request, payload).await?;
    let name = account::set_picture(&http.ports, &caller, &context, image).await?;
    let data = PictureWire { picture: picture_url(&http, &name) };
    json(StatusCode::OK, &PictureAnswer { status: "ok", message: "Picture updated", data })
}

/// Removes the caller's picture.
#[utoipa::path(
    delete, path = "/user/picture", tag = "account",
    responses((status = 200, description = "`Picture removed`", body = DoneAnswer<'_>)),
    security(("bearer" = ["profile:modify"]))
)]
pub(crate) async fn remove_picture(http: Data<Http>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    decide(Operation::ChangeAccount, Target::Oneself, &caller)?;
    Query::none(&request)?;
    account::remove_picture(&http.ports, &caller, &context(&http, &request)?).await?;
    message("Picture removed")
}
