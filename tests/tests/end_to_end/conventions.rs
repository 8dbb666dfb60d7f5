//! What holds for every answer: ids of requests, headers, methods, caching, forwarded headers.

use roster_tests::{Body, Service};

#[test]
fn every_answer_has_a_request_id_and_may_not_be_sniffed() {
    let service = Service::start();
    let administrator = service.administrator();
    for path in ["/user", "/users", "/nowhere", "/health/live", "/openapi.json", "/authorize", "/user?x=1"] {
        let answer = administrator.get(path);
        assert!(answer.header("x-request-id").is_some_and(|id| !id.is_empty()), "{answer}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{answer}");
    }
}

#[test]
fn a_good_request_id_is_kept_and_a_bad_one_replaced() {
    let service = Service::start();
    let nobody = service.nobody();
    let send = |id: &str| nobody.send("GET", "/user", &[("x-request-id", id)], &Body::Empty);
    let longest = "x".repeat(64);
    for id in ["a", "A-b_c.9", longest.as_str()] {
        assert_eq!(send(id).header("x-request-id"), Some(id));
        assert_eq!(send(id).json()["requestId"], id);
    }
    let too_long = "x".repeat(65);
    let longer = "x".repeat(3_000);
    for id in ["", "a b", "a\"b", "{}", "ä", too_long.as_str(), longer.as_str()] {
        let answer = send(id);
        let made = answer.header("x-request-id").unwrap();
        assert_ne!(made, id);
        assert!(made.len() <= 64 && made.is_ascii(), "{answer}");
    }
}

#[test]
fn what_depends_on_the_token_is_not_stored() {
    let service = Service::start();
    let administrator = service.administrator();
    let own = format!("/users/{}", administrator.id);
    for path in
        ["/user", "/users", "/users/me", own.as_str(), "/user/facilities", "/authorize", "/users/unknown"]
    {
        assert_eq!(administrator.get(path).header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(
            service.nobody().get(path).header("cache-control"),
            Some("no-store"),
            "{path} without token"
        );
    }
}

#[test]
fn head_works_as_get_without_the_body() {
    let service = Service::start();
    let administrator = service.administrator();
    for path in ["/user", "/users?limit=1", "/users/me", "/health/live", "/.well-known/jwks.json", "/nowhere"]
    {
        let (get, head) = (administrator.get(path), administrator.send("HEAD", path, &[], &Body::Empty));
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
        assert_eq!(head.header("etag"), get.header("etag"), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
    }
}

#[test]
fn options_and_wrong_methods_name_the_right_ones() {
    let service = Service::start();
    let nobody = service.nobody();
    let id = "ae34bc53-660c-4d7b-94df-393baed04f32";
    for (path, methods) in [
        ("/user".to_owned(), "GET, PATCH, HEAD, OPTIONS"),
        ("/users".to_owned(), "GET, POST, HEAD, OPTIONS"),
        (format!("/users/{id}"), "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
        ("/user/password".to_owned(), "PUT, OPTIONS"),
        (format!("/facilities/{id}/give_access"), "POST, OPTIONS"),
    ] {
        let sorted = |list: &str| {
            let mut methods: Vec<String> = list.split(',').map(|method| method.trim().to_owned()).collect();
            methods.sort();
            methods
        };
        let options = nobody.send("OPTIONS", &path, &[], &Body::Empty);
        options.expect_status(204);
        assert_eq!(sorted(options.header("allow").unwrap()), sorted(methods), "{path}");
        let wrong = nobody.send("PROPFIND", &path, &[], &Body::Empty);
        wrong.expect_problem(405, "method_not_allowed");
        assert_eq!(sorted(wrong.header("allow").unwrap()), sorted(methods), "{path}");
    }
}

#[test]
fn methods_cannot_be_overridden() {
    let service = Service::start();
    let bystander = service.bystander();
    let administrator = service.administrator();
    let user = service.user_made_by(&administrator, "tech");
    let path = format!("/users/{}", user.id);
    for name in ["x-http-method-override", "x-method-override", "x-http-method"] {
        administrator.send("GET", &path, &[(name, "DELETE")], &Body::Empty).expect(200);
    }
    administrator.get(&path).expect(200);
    for method in ["TRACE", "CONNECT"] {
        let mut socket = roster_tests::RawSocket::connect(service.address());
        socket.send(format!(
            "{method} /user HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n",
            user.token
        ));
        socket.finish();
        let answer = socket.read(std::time::Duration::from_secs(5));
        assert!(answer.statuses().iter().all(|status| *status >= 400), "{answer:?}");
        assert!(!answer.text.contains(&user.email) && !answer.text.contains(&user.token), "{answer:?}");
    }
    service.assert_unharmed(&bystander);
}

#[test]
fn paths_have_one_spelling() {
    let service = Service::start();
    let administrator = service.administrator();
    for path in [
        "/user/",
        "//user",
        "/user/x.css",
        "/user;x.css",
        "/USER",
        "/users/me/",
        "/user%2f",
        "/./user",
        "/x/../user",
    ] {
        administrator.get(path).expect_problem(404, "not_found");
    }
}

#[test]
fn odd_ids_are_nobodys() {
    let service = Service::start();
    let bystander = service.bystander();
    let administrator = service.administrator();
    let id = &administrator.id;
    let long = "x".repeat(10_000);
    let odd = [
        "..%2f..%2fx".to_owned(),
        "%00".to_owned(),
        format!("{id}%00"),
        "%ff".to_owned(),
        "00000000-0000-0000-0000-000000000000".to_owned(),
        format!("%7B{id}%7D"),
        format!("urn:uuid:{id}"),
        id.replace('-', ""),
        format!("{id}%20"),
        format!("%20{id}"),
        "'%20OR%201=1".to_owned(),
        long,
    ];
    for odd in odd {
        let answer = administrator.get(&format!("/users/{odd}"));
        assert!([400, 404, 414].contains(&answer.status), "{odd}: {answer}");
        let answer = administrator
            .post(&format!("/facilities/{odd}/give_access"), serde_json::json!({ "actions": ["a"] }));
        let is_nil = odd.starts_with("00000000-");
        assert!(is_nil || [400, 404, 414].contains(&answer.status), "{odd}: {answer}");
    }
    let upper = id.to_uppercase();
    assert_eq!(administrator.get(&format!("/users/{upper}")).expect(200)["id"], id.as_str());
    service.assert_unharmed(&bystander);
}

#[test]
fn cors_is_off_and_exact_once_it_is_on() {
    let service = Service::start();
    let origin = [("origin", "https://app.example.org"), ("access-control-request-method", "GET")];
    for method in ["GET", "OPTIONS"] {
        let answer = service.nobody().send(method, "/user", &origin, &Body::Empty);
        assert_eq!(answer.header("access-control-allow-origin"), None, "{answer}");
    }
    let service = Service::options().with("ROSTER_CORS_ORIGINS", "https://app.example.org").start();
    let answer = service.nobody().send("OPTIONS", "/user", &origin, &Body::Empty);
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example.org"), "{answer}");
    for stranger in
        ["https://evil.example", "null", "http://app.example.org", "https://app.example.org.evil.example"]
    {
        let headers = [("origin", stranger), ("access-control-request-method", "GET")];
        let answer = service.nobody().send("OPTIONS", "/user", &headers, &Body::Empty);
        assert_eq!(answer.header("access-control-allow-origin"), None, "{stranger}: {answer}");
    }
}

#[test]
fn forwarded_headers_are_believed_from_proxies_alone() {
    let forged = [
        ("x-forwarded-for", "6.6.6.6, 203.0.113.9"),
        ("forwarded", "for=6.6.6.6;host=evil.example"),
        ("x-real-ip", "6.6.6.6"),
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
    ];
    for (proxies, expected) in [("", "127.0.0.1"), ("127.0.0.0/8", "203.0.113.9")] {
        let service = Service::options().with("ROSTER_TRUSTED_PROXIES", proxies).start();
        let user = service.user("tech");
        let fields = vec![
            ("grant_type", "password".to_owned()),
            ("client_id", roster_tests::CLIENT.to_owned()),
            ("username", user.email.clone()),
            ("password", user.password.clone()),
        ];
        service.http().send("POST", "/oauth/token", &forged, &Body::Fields(fields)).expect(200);
        assert_eq!(user.get("/users/me").expect(200)["lastIp"], expected, "trusting {proxies:?}");
        let answer = user.send("GET", "/users?limit=1", &forged, &Body::Empty);
        assert!(!answer.header("link").unwrap().contains("evil"), "{answer}");
    }
}
