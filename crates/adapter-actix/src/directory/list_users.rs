use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use roster_domain::permission::{Operation, Target, decide};
use roster_domain::{EmailKey, Fault, SearchWords, UserId};
use roster_ports::UserFilter;
use roster_usecases::directory::{self, DirectoryPage, ListUsers, Start};
use roster_usecases::values;

use crate::answer::{Problem, json};
use crate::http::Http;
use crate::request::{Query, authenticate};
use crate::wire::directory::{UserPageWire, UserWire};

/// How many ids one request may name.
const MAX_IDS: usize = 100;

/// Lists people by last name, first name, creation and id.
#[utoipa::path(
    get, path = "/users", tag = "directory",
    params(
        ("limit" = Option<u32>, Query, description = "1–100, default 20", minimum = 1, maximum = 100),
        ("page" = Option<u64>, Query, description = "From 1 on, default 1", minimum = 1),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of another answer; not with `page`"),
        ("email" = Option<String>, Query, description = "The person with this address"),
        ("ids" = Option<Vec<String>>, Query, description = "These people, at most 100; repeated or comma-separated"),
        ("search" = Option<String>, Query, description = "Every word occurs in the first or the last name", max_length = 100),
    ),
    responses((status = 200, body = UserPageWire<'_>, headers(("Link" = String, description = "first, prev, next, last (RFC 8288)")))),
    security(("bearer" = ["users:get"]))
)]
pub(crate) async fn list_users(http: Data<Http>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    decide(Operation::ListUsers, Target::Another, &caller)?;
    let query = Query::parse(&request, &["limit", "page", "cursor", "email", "search"], &["ids"])?;
    let list = parse(&http, query)?;
    let (limit, page) = (list.limit, page_number(&list.start));
    let found = directory::list_users(&http.ports, &caller, list).await?;
    let page_count = found.total.div_ceil(u64::from(limit));
    let body = UserPageWire {
        results: found.people.items.iter().map(|profile| UserWire::of(&http, profile)).collect(),
        page,
        limit,
        page_count,
        total: found.total,
        next_cursor: found.people.next_cursor.as_deref(),
    };
    let mut response = json(StatusCode::OK, &body)?;
    let link = header::HeaderValue::from_str(&links(&request, page, page_count, &found));
    response.headers_mut().insert(header::LINK, link.map_err(|error| Problem::internal(&error))?);
    Ok(response)
}

fn parse(http: &Http, mut query: Query) -> Result<ListUsers, Problem> {
    let limit = query.limit();
    let page = query.page();
    let cursor = query.one("cursor").map(str::to_owned);
    if cursor.is_some() && query.one("page").is_some() {
        query.refuse("cursor", "not_with_page", "must not be given together with page");
    }
    let filter =
        UserFilter { email: email(http, &mut query), ids: ids(&mut query), search: search(&mut query) };
    let start = cursor.map_or(Start::Page(page.unwrap_or(1)), Start::Cursor);
    query.judged(Some(ListUsers { filter, limit, start }))
}

fn email(http: &Http, query: &mut Query) -> Option<EmailKey> {
    let email = query.text("email").map(|text| values::email(&http.ports, text));
    match email? {
        Ok(email) => Some(email.key().clone()),
        Err(fault) => {
            query.refuse("email", fault.code(), &fault.to_string());
            None
        }
    }
}

fn ids(query: &mut Query) -> Option<Vec<UserId>> {
    let values = query.all("ids")?;
    let pieces: Vec<&str> = values
        .into_iter()
        .filter(|value| !value.trim().is_empty())
        .flat_map(|value| value.split(','))
        .collect();
    let ids: Result<Vec<UserId>, Fault> = pieces.iter().map(|piece| piece.trim().parse()).collect();
    let fault = match ids {
        Ok(ids) if ids.len() <= MAX_IDS => return Some(ids),
        Ok(_) => Fault::TooLong { max: MAX_IDS },
        Err(fault) => fault,
    };
    query.refuse("ids", fault.code(), &fault.to_string());
    None
}

fn search(query: &mut Query) -> Option<SearchWords> {
    let text = query.one("search")?;
    if text.chars().count() > SearchWords::MAX {
        let fault = Fault::TooLong { max: SearchWords::MAX };
        query.refuse("search", fault.code(), &fault.to_string());
        return None;
    }
    SearchWords::of(text)
}

const fn page_number(start: &Start) -> Option<u64> {
    match start {
        Start::Page(page) => Some(*page),
        Start::Cursor(_) => None,
    }
}

/// The `Link` header (RFC 8288), relative to the path as `Location` is.
fn links(request: &HttpRequest, page: Option<u64>, page_count: u64, found: &DirectoryPage) -> String {
    let last = page_count.max(1);
    let mut links = vec![link(request, "page", "1", "first")];
    if let Some(page) = page.filter(|page| *page > 1) {
        links.push(link(request, "page", &(page - 1).min(last).to_string(), "prev"));
    }
    match (page, &found.people.next_cursor) {
        (Some(page), Some(_)) => links.push(link(request, "page", &(page + 1).to_string(), "next")),
        (None, Some(cursor)) => links.push(link(request, "cursor", cursor, "next")),
        (_, None) => {}
    }
    links.push(link(request, "page", &last.to_string(), "last"));
    links.join(", ")
}

/// A link to another part of the same list: the query as it was, but for where it starts.
fn link(request: &HttpRequest, name: &str, value: &str, relation: &str) -> String {
    let asked: Vec<(String, String)> = serde_urlencoded::from_str(request.query_string()).unwrap_or_default();
    let mut pairs: Vec<(String, String)> =
        asked.into_iter().filter(|(name, _)| name != "page" && name != "cursor").collect();
    pairs.push((name.to_owned(), value.to_owned()));
    let query = serde_urlencoded::to_string(pairs).unwrap_or_default();
    format!("<{}?{query}>; rel=\"{relation}\"", request.path())
}
