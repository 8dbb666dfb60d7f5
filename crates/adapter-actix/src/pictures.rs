use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::PictureName;
use roster_usecases::account;

use crate::answer::{Problem, ProblemKind};
use crate::http::Http;
use crate::request::path_id;

/// Reads a picture; whoever knows its name may. What has this name never changes.
#[utoipa::path(
    get, path = "/pictures/{name}", tag = "account", params(("name" = String, Path, description = "`{sha256}.{jpg|png}`")),
    responses(
        (status = 200, content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"))),
    )
)]
pub(crate) async fn read_picture(http: Data<Http>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let unknown = || Problem::new(ProblemKind::NotFound);
    let name: PictureName = path_id(&request, "name").ok_or_else(unknown)?;
    let bytes = account::read_picture(&http.ports, &name).await?.ok_or_else(unknown)?;
    Ok(HttpResponse::Ok()
        .content_type(name.format.media_type())
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'"))
        .body(bytes))
}
