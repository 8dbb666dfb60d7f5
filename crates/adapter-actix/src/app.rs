use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data};
use actix_web::{App, Error, HttpResponse};

use crate::answer::{Problem, ProblemKind};
use crate::http::Http;
use crate::layers::{self, Serving};
use crate::routes;

/// Everything that is served, one of these a worker.
pub(crate) fn app(
    http: Data<Http>,
    serving: Data<Serving>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let (layer_http, layer_serving) = (http.clone(), serving.clone());
    App::new()
        .app_data(http)
        .configure(|app| routes::configure(app, serving.request_timeout))
        .default_service(web::to(no_such_path))
        .app_data(serving)
        .wrap(from_fn(move |request, next| {
            layers::outermost(layer_http.clone(), layer_serving.clone(), request, next)
        }))
}

async fn no_such_path() -> Result<HttpResponse, Problem> {
    Err(Problem::new(ProblemKind::NotFound))
}
