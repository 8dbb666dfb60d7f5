//! `GET /users`: order, pages, cursors, filters and search.

use roster_tests::{Actor, Answer, Service};
use serde_json::{Value, json};

/// Creates people of these names, each under an address made of its place in the list.
fn create(by: &Actor, names: &[(&str, &str)]) -> Vec<String> {
    let make = |(index, (first, last)): (usize, &(&str, &str))| {
        let body = json!({
            "firstName": first, "lastName": last, "email": format!("person.{index}@example.com"),
            "plainPassword": "canary-listed-person", "roles": ["tech"],
        });
        by.post("/users", body).expect(201)["id"].as_str().unwrap().to_owned()
    };
    names.iter().enumerate().map(make).collect()
}

fn full_names(page: &Value) -> Vec<String> {
    page["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["fullName"].as_str().unwrap().to_owned())
        .collect()
}

fn ids(page: &Value) -> Vec<String> {
    page["results"].as_array().unwrap().iter().map(|user| user["id"].as_str().unwrap().to_owned()).collect()
}

/// Finds people by words; answers their full names.
fn search(by: &Actor, words: &str) -> Vec<String> {
    let query: String = url::form_urlencoded::byte_serialize(words.as_bytes()).collect();
    full_names(&by.get(&format!("/users?search={query}")).expect(200))
}

#[test]
fn people_are_ordered_by_folded_last_name_then_first_name() {
    let service = Service::start();
    let administrator = service.administrator();
    create(
        &administrator,
        &[("Zoë", "Øster"), ("adam", "øster"), ("Émile", "Zola"), ("Anna", "ostend"), ("Bob", "Åberg")],
    );
    let page = administrator.get("/users").expect(200);
    let expected = ["Bob Åberg", "Ada Administrator", "Anna ostend", "adam øster", "Zoë Øster", "Émile Zola"];
    assert_eq!(full_names(&page), expected);
    assert_eq!((&page["page"], &page["limit"]), (&json!(1), &json!(20)));
    assert_eq!(
        (&page["pageCount"], &page["total"], &page["nextCursor"]),
        (&json!(1), &json!(6), &Value::Null)
    );
}

#[test]
fn pages_partition_the_list() {
    let service = Service::start();
    let administrator = service.administrator();
    create(
        &administrator,
        &[("A", "One"), ("B", "Two"), ("C", "Three"), ("D", "Four"), ("E", "Five"), ("F", "Six")],
    );
    let whole = ids(&administrator.get("/users?limit=100").expect(200));
    let mut pieces = Vec::new();
    for page in 1..=3 {
        let answer = administrator.get(&format!("/users?limit=3&page={page}")).expect(200);
        assert_eq!(
            (&answer["page"], &answer["pageCount"], &answer["total"]),
            (&json!(page), &json!(3), &json!(7))
        );
        pieces.extend(ids(&answer));
    }
    assert_eq!(pieces, whole);
    let past = administrator.get("/users?limit=3&page=4").expect(200);
    assert_eq!((&past["results"], &past["pageCount"]), (&json!([]), &json!(3)));
    administrator.get("/users?page=9223372036854775807").expect(200);
    let nothing = administrator.get("/users?email=nobody@example.com").expect(200);
    assert_eq!((&nothing["total"], &nothing["pageCount"]), (&json!(0), &json!(0)));
}

/// The target of a relation in the `Link` header.
fn link(answer: &Answer, relation: &str) -> Option<String> {
    let links = answer.header("link").unwrap_or_else(|| panic!("no Link: {answer}"));
    let end = format!(">; rel=\"{relation}\"");
    let target = links.split(", ").find_map(|link| link.strip_suffix(end.as_str()))?;
    target.strip_prefix('<').map(str::to_owned)
}

#[test]
fn links_lead_through_the_list() {
    let service = Service::start();
    let administrator = service.administrator();
    create(&administrator, &[("A", "Same"), ("B", "Same"), ("C", "Same"), ("D", "Same"), ("E", "Same")]);
    let first = administrator.get("/users?limit=2&search=same");
    assert_eq!(link(&first, "prev"), None);
    let second = administrator.get(&link(&first, "next").unwrap());
    assert_eq!(full_names(&second.expect(200)), ["C Same", "D Same"]);
    assert_eq!(administrator.get(&link(&second, "prev").unwrap()).body, first.body);
    assert_eq!(administrator.get(&link(&second, "first").unwrap()).body, first.body);
    let last = administrator.get(&link(&second, "last").unwrap());
    assert_eq!(full_names(&last.expect(200)), ["E Same"]);
    assert_eq!(link(&last, "next"), None);
}

#[test]
fn a_cursor_goes_on_where_the_answer_ended() {
    let service = Service::start();
    let administrator = service.administrator();
    create(
        &administrator,
        &[("A", "One"), ("B", "One"), ("B", "One"), ("B", "One"), ("E", "Five"), ("F", "Six")],
    );
    let whole = ids(&administrator.get("/users?limit=100").expect(200));
    let mut answer = administrator.get("/users?limit=2").expect(200);
    let mut visited = ids(&answer);
    while let Some(cursor) = answer["nextCursor"].as_str() {
        answer = administrator.get(&format!("/users?limit=2&cursor={cursor}")).expect(200);
        assert_eq!(answer["page"], Value::Null);
        visited.extend(ids(&answer));
    }
    assert_eq!(visited, whole);
}

#[test]
fn a_cursor_neither_skips_nor_repeats_whoever_does_not_change() {
    let service = Service::start();
    let administrator = service.administrator();
    let made = create(&administrator, &[("A", "B"), ("C", "D"), ("E", "F"), ("G", "H"), ("I", "J")]);
    let first = administrator.get("/users?limit=3").expect(200);
    // Before the cursor one goes and one comes; after it, one comes.
    administrator.delete(&format!("/users/{}", made[0])).expect(200);
    for (name, email) in [("Aaa", "early@example.com"), ("Hzz", "late@example.com")] {
        let body = json!({
            "firstName": "New", "lastName": name, "email": email, "plainPassword": "canary-listed-person",
            "roles": ["tech"],
        });
        administrator.post("/users", body).expect(201);
    }
    let cursor = first["nextCursor"].as_str().unwrap();
    let rest = administrator.get(&format!("/users?limit=100&cursor={cursor}")).expect(200);
    assert_eq!(full_names(&first), ["Ada Administrator", "A B", "C D"]);
    assert_eq!(full_names(&rest), ["E F", "G H", "New Hzz", "I J"]);
}

#[test]
fn a_cursor_is_good_for_its_own_list_alone() {
    let service = Service::start();
    let administrator = service.administrator();
    create(&administrator, &[("A", "One"), ("B", "One"), ("C", "One")]);
    let cursor =
        administrator.get("/users?limit=1&search=one").expect(200)["nextCursor"].as_str().unwrap().to_owned();
    administrator.get(&format!("/users?search=one&cursor={cursor}")).expect(200);
    for (query, what) in [
        (format!("search=one&page=2&cursor={cursor}"), "with page"),
        (format!("cursor={cursor}"), "without its filter"),
        (format!("search=two&cursor={cursor}"), "with another filter"),
        ("search=one&cursor=".to_owned(), "empty"),
        ("search=one&cursor=%F0%9F%92%A9".to_owned(), "no cursor"),
    ] {
        let answer = administrator.get(&format!("/users?{query}"));
        let problem = answer.expect_problem(400, "malformed_request");
        assert_eq!(problem["errors"][0]["parameter"], "cursor", "{what}");
    }
}

#[test]
fn a_cursor_with_any_byte_changed_is_refused() {
    let service = Service::start();
    let administrator = service.administrator();
    create(&administrator, &[("A", "One"), ("B", "One")]);
    let cursor = administrator.get("/users?limit=1").expect(200)["nextCursor"].as_str().unwrap().to_owned();
    for place in 0..cursor.len() {
        let mut bytes = cursor.clone().into_bytes();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        administrator
            .get(&format!("/users?limit=1&cursor={changed}"))
            .expect_problem(400, "malformed_request");
    }
}

#[test]
fn bad_parameters_are_named_all_at_once() {
    let service = Service::start();
    let bystander = service.bystander();
    let administrator = service.administrator();
    for query in [
        "limit=0",
        "limit=-1",
        "limit=101",
        "limit=2147483648",
        "limit=9223372036854775808",
        "limit=1e1",
        "limit=",
        "limit=+1",
        "page=0",
        "page=-1",
        "page=x",
        "page=18446744073709551616",
        "email=nobody",
        "ids=1",
        "sort=name",
        "limit=1&limit=1",
        "search=a&search=b",
        "LIMIT=1",
    ] {
        let answer = administrator.get(&format!("/users?{query}"));
        let problem = answer.expect_problem(400, "malformed_request");
        let name = query.split('=').next().unwrap();
        assert_eq!(problem["errors"][0]["parameter"], name, "{query}");
    }
    let problem =
        administrator.get("/users?limit=0&page=0&nonsense").expect_problem(400, "malformed_request");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 3, "{problem}");
    let long = "x".repeat(101);
    administrator.get(&format!("/users?search={long}")).expect_problem(400, "malformed_request");
    let many = vec!["ae34bc53-660c-4d7b-94df-393baed04f32"; 101].join(",");
    administrator.get(&format!("/users?ids={many}")).expect_problem(400, "malformed_request");
    service.assert_unharmed(&bystander);
}

#[test]
fn ids_may_be_repeated_or_joined_and_select_whom_they_name() {
    let service = Service::start();
    let administrator = service.administrator();
    let made = create(&administrator, &[("A", "One"), ("B", "Two"), ("C", "Three")]);
    let unknown = "ae34bc53-660c-4d7b-94df-393baed04f32";
    let upper = made[1].to_uppercase();
    for query in [
        format!("ids={}&ids={upper}", made[0]),
        format!("ids={},{upper}", made[0]),
        format!("ids={},{upper},{unknown},{}", made[0], made[0]),
    ] {
        let page = administrator.get(&format!("/users?{query}")).expect(200);
        assert_eq!(ids(&page), [made[0].clone(), made[1].clone()], "{query}");
        assert_eq!(page["total"], 2, "{query}");
    }
    assert_eq!(administrator.get("/users?ids=").expect(200)["results"], json!([]));
}

#[test]
fn an_address_is_found_in_any_spelling_and_whole() {
    let service = Service::start();
    let administrator = service.administrator();
    create(&administrator, &[("A", "One"), ("B", "Two")]);
    assert_eq!(full_names(&administrator.get("/users?email=PERSON.1@Example.COM").expect(200)), ["B Two"]);
    assert_eq!(administrator.get("/users?email=person.1@example.co").expect(200)["total"], 0);
    assert_eq!(administrator.get("/users?email=").expect(200)["total"], 3);
    assert_eq!(administrator.get("/users?email=person.1@example.com&search=one").expect(200)["total"], 0);
}

#[test]
fn search_finds_folded_pieces_of_names() {
    let service = Service::start();
    let administrator = service.administrator();
    create(
        &administrator,
        &[
            ("Łukasz", "Żółć"),
            ("Σίσυφος", "Παπαδόπουλος"),
            ("İpek", "Yıldız"),
            ("Anne-Marie", "Strauß"),
            ("Þóra", "Ævarsdóttir"),
        ],
    );
    for (words, found) in [
        ("zolc lukasz", "Łukasz Żółć"),
        ("ŻÓŁĆ", "Łukasz Żółć"),
        ("ουλοσ", "Σίσυφος Παπαδόπουλος"),
        ("ipek yildiz", "İpek Yıldız"),
        ("STRAUSS", "Anne-Marie Strauß"),
        ("e-m", "Anne-Marie Strauß"),
        ("thora aevar", "Þóra Ævarsdóttir"),
        ("  th   dottir ", "Þóra Ævarsdóttir"),
    ] {
        assert_eq!(search(&administrator, words), [found], "{words}");
    }
    assert_eq!(search(&administrator, "lukasz yildiz"), [""; 0], "every word must occur");
    assert_eq!(search(&administrator, "  ").len(), 6, "a blank search counts as absent");
}

#[test]
fn signs_of_patterns_are_plain_characters() {
    let service = Service::start();
    let administrator = service.administrator();
    create(
        &administrator,
        &[("100%", "Sure"), ("Under_score", "Quote\"d"), ("Star*", "Back\\slash"), ("O'Neil", "NEAR(x)")],
    );
    for (words, found) in [
        ("%", "100% Sure"),
        ("_", "Under_score Quote\"d"),
        ("\"", "Under_score Quote\"d"),
        ("*", "Star* Back\\slash"),
        ("\\", "Star* Back\\slash"),
        ("'", "O'Neil NEAR(x)"),
        ("near(", "O'Neil NEAR(x)"),
    ] {
        assert_eq!(search(&administrator, words), [found], "{words}");
    }
    for words in ["-x", "(a+)+$", "a% a% a% a%", "' OR 1=1 --", "\u{0130}\u{0131}"] {
        assert_eq!(search(&administrator, words), [""; 0], "{words}");
    }
}
