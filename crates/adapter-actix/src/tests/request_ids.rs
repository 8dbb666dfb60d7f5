use super::fixture::{NEW_ID, World, get};

#[actix_web::test]
async fn the_callers_id_is_kept_where_it_is_usable() {
    let longest = "x".repeat(64);
    for id in ["a", "A-b_c.9", longest.as_str()] {
        let answer = World::new().answer(get("/health/live").insert_header(("X-Request-Id", id))).await;
        assert_eq!(answer.header("X-Request-Id"), id);
    }
}

#[actix_web::test]
async fn an_unusable_id_is_replaced() {
    let too_long = "x".repeat(65);
    for id in ["", "a b", "a\"b", "é", too_long.as_str()] {
        let answer = World::new().answer(get("/health/live").insert_header(("X-Request-Id", id))).await;
        assert_eq!(answer.header("X-Request-Id"), NEW_ID, "{id}");
    }
    assert_eq!(World::new().answer(get("/health/live")).await.header("X-Request-Id"), NEW_ID);
}

#[actix_web::test]
async fn of_two_ids_neither_counts() {
    let request =
        get("/health/live").append_header(("X-Request-Id", "one")).append_header(("X-Request-Id", "two"));
    assert_eq!(World::new().answer(request).await.header("X-Request-Id"), NEW_ID);
}

#[actix_web::test]
async fn a_problem_names_its_request() {
    let answer = World::new().answer(get("/nothing").insert_header(("X-Request-Id", "mine"))).await;
    assert_eq!(answer.json()["requestId"], "mine");
    assert_eq!(answer.header("X-Request-Id"), "mine");
}
