use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use roster_usecases::decisions::{self, Question, Semantic};

use super::asked::{Entities, Within};
use super::malformed::Malformed;
use super::tree::Tree;
use super::{parsed, read};
use crate::answer::{Problem, json};
use crate::http::Http;
use crate::request::authenticate;
use crate::wire::authzen::{DecisionWire, DecisionsWire, EvaluationsWire};

/// How many questions one request may ask.
const MOST: usize = 100;

/// Answers up to 100 questions at once. What an item leaves out is taken from the request itself, each entity whole.
///
/// Without items the request itself is the one question. An item that is no question is a denial with `context.error`.
/// About others than oneself it takes `access:check`, and an administrator or a client.
#[utoipa::path(
    post, path = "/access/v1/evaluations", tag = "access", request_body = EvaluationsWire,
    responses((status = 200, body = DecisionsWire)),
    security(("bearer" = ["access:check"]), ("bearer" = ["profile:get"]))
)]
pub(crate) async fn evaluate_all(
    http: Data<Http>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let caller = authenticate(&http, &request).await?.caller;
    let sent = read(&request, payload, &caller).await?;
    let answer = match asked(&parsed(&sent)?)? {
        Asked::One(question) => {
            let decision = decisions::evaluate(&http.ports, &caller, &question).await?;
            DecisionsWire::One(decision.into())
        }
        Asked::Many(questions, semantic) => {
            let evaluated = decisions::evaluate_all(&http.ports, &caller, questions, semantic).await?;
            let evaluations = evaluated.into_iter().map(DecisionWire::from).collect();
            DecisionsWire::Many { evaluations }
        }
    };
    json(StatusCode::OK, &answer)
}

enum Asked {
    One(Question),
    /// Each a question, or what is wrong with it.
    Many(Vec<Result<Question, String>>, Semantic),
}

fn asked(body: &Tree<'_>) -> Result<Asked, Problem> {
    let mut faults = Malformed::default();
    let semantic = semantic(body, &mut faults);
    let items = items(body, &mut faults);
    let defaults = Entities::of(body);
    if items.is_empty() {
        let question = defaults.question(Within::Body, &mut faults);
        return faults.judged(question).map(Asked::One);
    }
    defaults.judge_what_is_there(&mut faults);
    let questions = items.iter().enumerate().map(|(index, item)| question(index, item, defaults)).collect();
    faults.judged(Some(Asked::Many(questions, semantic)))
}

fn question(index: usize, item: &Tree<'_>, defaults: Entities<'_>) -> Result<Question, String> {
    let within = Within::Item(index);
    let mut faults = Malformed::default();
    if !item.is_object() {
        faults.wrong_type(within.to_string(), "an object");
        return Err(faults.text());
    }
    let question = Entities::of(item).or(defaults).question(within, &mut faults);
    let said = faults.text();
    if said.is_empty() { question.ok_or(said) } else { Err(said) }
}

fn items<'t, 'b>(body: &'t Tree<'b>, faults: &mut Malformed) -> &'t [Tree<'b>] {
    match body.member("evaluations") {
        None => &[],
        Some(Tree::Items(items)) => {
            if items.len() > MOST {
                faults.note("/evaluations".to_owned(), "too_long", "must have at most 100");
            }
            items
        }
        Some(_) => {
            faults.wrong_type("/evaluations".to_owned(), "an array");
            &[]
        }
    }
}

fn semantic(body: &Tree<'_>, faults: &mut Malformed) -> Semantic {
    let Some(options) = body.member("options") else { return Semantic::ExecuteAll };
    if !options.is_object() {
        faults.wrong_type("/options".to_owned(), "an object");
    }
    let Some(named) = options.member("evaluations_semantic") else { return Semantic::ExecuteAll };
    match named {
        Tree::Text(name) if name == "execute_all" => return Semantic::ExecuteAll,
        Tree::Text(name) if name == "deny_on_first_deny" => return Semantic::DenyOnFirstDeny,
        Tree::Text(name) if name == "permit_on_first_permit" => return Semantic::PermitOnFirstPermit,
        _ => {}
    }
    let detail = "must be execute_all, deny_on_first_deny or permit_on_first_permit";
    faults.note("/options/evaluations_semantic".to_owned(), "unknown_semantic", detail);
    Semantic::ExecuteAll
}
