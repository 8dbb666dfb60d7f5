use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};

use crate::answer::{Problem, ProblemKind};

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const STYLE: &str =
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}";

/// Reads the page that explains a kind of problem, to which `type` of every problem refers.
#[utoipa::path(
    get, path = "/problems/{code}", tag = "operations", params(("code" = String, Path)),
    responses(
        (status = 200, body = String, content_type = "text/html"),
    )
)]
pub(crate) async fn read_problem(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let code = request.match_info().get("code");
    let kind = ProblemKind::ALL.into_iter().find(|kind| Some(kind.said().code) == code);
    let kind = kind.ok_or(Problem::new(ProblemKind::NotFound))?;
    Ok(HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "public, max-age=3600"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .body(page(kind)))
}

fn page(kind: ProblemKind) -> String {
    let said = kind.said();
    let (title, explanation) = (escaped(said.title), with_code(&escaped(said.explanation)));
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{title}</title>\
         <style>{STYLE}</style></head>\n<body>\n<h1>{title}</h1>\n<p>Status {status}, code <code>{code}</code></p>\n\
         <p>{explanation}</p>\n</body>\n</html>\n",
        status = said.status,
        code = said.code,
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// What stands between backticks is code.
fn with_code(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts
        .map(|(index, part)| if index % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() })
        .collect()
}
