use actix_web::{App, HttpResponse, HttpServer, web};
use std::thread::available_parallelism;
use std::time::Duration;

pub(crate) const COMMAND: &str = "serve-constant";

/// Answers everything with a constant body, under the same settings of the server as the service, and with nothing
/// around it: no layer, no token, no database.
pub(crate) fn serve(address: &str, size: &str) -> anyhow::Result<()> {
    let body = web::Bytes::from(vec![b'x'; size.parse()?]);
    let workers = available_parallelism()?.get();
    let server = HttpServer::new(move || {
        let body = body.clone();
        App::new().default_service(web::to(move || {
            let body = body.clone();
            async move { HttpResponse::Ok().content_type("application/json").body(body) }
        }))
    });
    let server = server
        .workers(workers)
        .backlog(1024)
        .client_request_timeout(Duration::from_secs(5))
        .keep_alive(Duration::from_secs(75))
        .bind(address)?;
    Ok(actix_web::rt::System::new().block_on(server.run())?)
}
