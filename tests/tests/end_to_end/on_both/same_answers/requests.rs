//! Requests by chance: what a directory of people is asked, and what nobody should ask it.

use roster_tests::{CLIENT, Dice};
use serde_json::{Map, Value, json};
use url::form_urlencoded::{Serializer, byte_serialize};

use super::spellings::{address, name, search};
use super::{FACILITIES, PASSWORD};

#[derive(Debug, Clone, Copy)]
pub(super) enum Who {
    Administrator,
    Other(usize),
    Nobody,
}

/// A request, with `@3@` for the third person, and `@cursor@` and `@tag@` for the last that was heard of.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) by: Who,
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Option<(&'static str, String)>,
}

impl Request {
    fn to(method: &'static str, path: impl Into<String>) -> Self {
        Self { by: Who::Administrator, method, path: path.into(), headers: Vec::new(), body: None }
    }

    fn json(self, body: &Value) -> Self {
        Self { body: Some(("application/json", body.to_string())), ..self }
    }
}

/// The next one, where so many people can be asked for.
pub(super) fn next(dice: &mut Dice, people: usize, last: Option<&Request>) -> Request {
    if let Some(last) = last.filter(|last| last.method == "POST" && dice.happens(15)) {
        return last.clone();
    }
    let mut request = match dice.roll(32) {
        0..=8 => create(dice),
        9..=13 => change(dice, people),
        14 => Request::to("DELETE", somebody(dice, people)),
        15 => Request::to("GET", somebody(dice, people)),
        16..=20 => list(dice, people),
        21..=23 => access(dice, people),
        24 | 25 => holders(dice, people),
        26 => own(dice),
        27 | 28 => sign_in(dice),
        29 => Request::to("PUT", somebody(dice, people) + "/password").json(
            &json!({ "newPassword": format!("{PASSWORD} {}", name(dice)), "temporary": dice.happens(50) }),
        ),
        30 => Request::to("GET", format!("{}/facilities", somebody(dice, people))),
        _ => Request::to("DELETE", format!("{}/sessions", somebody(dice, people))),
    };
    if !request.path.starts_with("/oauth") && dice.happens(25) {
        request.by = *dice.choose(&[Who::Other(0), Who::Other(0), Who::Other(1), Who::Other(1), Who::Nobody]);
    }
    if request.method != "GET" && dice.happens(15) {
        request.headers.push(("if-match", (*dice.choose(&["@tag@", "*", "\"stale\"", "stale"])).to_owned()));
    }
    if request.method == "GET" && dice.happens(10) {
        request.headers.push(("if-none-match", "@tag@".to_owned()));
    }
    if request.method == "POST" && dice.happens(30) {
        request.headers.push(("idempotency-key", format!("key-{}", dice.roll(3))));
    }
    request
}

fn somebody(dice: &mut Dice, people: usize) -> String {
    match dice.roll(20) {
        0 => "/users/ae34bc53-660c-4d7b-94df-393baed04f32".to_owned(),
        1 => "/users/nobody".to_owned(),
        _ => format!("/users/@{}@", dice.roll(people)),
    }
}

fn roles(dice: &mut Dice) -> Value {
    let known = ["tech", "hr", "finance", "com", "business", "board", "pope"];
    let sides = if dice.happens(5) { 7 } else { 5 };
    json!((0..dice.roll(4)).map(|_| known[dice.roll(sides)]).collect::<Vec<_>>())
}

fn create(dice: &mut Dice) -> Request {
    let mut body = json!({
        "firstName": name(dice), "lastName": name(dice), "email": address(dice), "plainPassword": PASSWORD,
        "roles": roles(dice),
    });
    if body["roles"] == json!([]) && dice.happens(80) {
        body["roles"] = json!(["tech"]);
    }
    add_members(dice, &mut body, 20);
    Request::to("POST", "/users").json(&body)
}

fn change(dice: &mut Dice, people: usize) -> Request {
    let mut body = Value::Object(Map::new());
    add_members(dice, &mut body, 25);
    for (member, percent) in
        [("firstName", 30), ("lastName", 30), ("email", 25), ("roles", 15), ("disabled", 10)]
    {
        if dice.happens(percent) {
            body[member] = match member {
                "roles" => roles(dice),
                "disabled" => json!(dice.happens(50)),
                "email" => json!(address(dice)),
                _ => json!(name(dice)),
            };
        }
    }
    let method = *dice.choose(&["PATCH", "PUT"]);
    Request::to(method, somebody(dice, people)).json(&body)
}

/// Members that may be left out, each in so many of a hundred cases.
fn add_members(dice: &mut Dice, body: &mut Value, percent: usize) {
    for member in ["fallbackEmail", "description", "jobTitle", "locale", "groupId", "activeWorkspace"] {
        if !dice.happens(percent) {
            continue;
        }
        body[member] = match member {
            _ if dice.happens(20) => Value::Null,
            "fallbackEmail" => json!(address(dice)),
            "locale" => json!(dice.choose(&["de", "tr-TR", "zh-Hant", "DE", "x", "\u{0}"])),
            "groupId" | "activeWorkspace" => json!(dice.choose(&FACILITIES)),
            _ => json!(name(dice)),
        };
    }
}

fn list(dice: &mut Dice, people: usize) -> Request {
    let mut query = Vec::new();
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    if dice.happens(60) {
        query.push(format!("search={}", encoded(&search(dice))));
    }
    if dice.happens(10) {
        query.push(format!("email={}", encoded(&address(dice))));
    }
    if dice.happens(15) {
        let ids: Vec<String> = (0..dice.roll(5)).map(|_| format!("@{}@", dice.roll(people))).collect();
        query.push(format!("ids={}", ids.join(",")));
    }
    if dice.happens(50) {
        query.push(format!("limit={}", dice.choose(&["1", "2", "3", "5", "100", "0", "101"])));
    }
    if dice.happens(25) {
        query.push("cursor=@cursor@".to_owned());
    } else if dice.happens(40) {
        query.push(format!("page={}", dice.choose(&["1", "2", "3", "9223372036854775807", "x"])));
    }
    // A cursor alone goes with the list without filters.
    Request::to("GET", format!("/users?{}", query.join("&")))
}

fn access(dice: &mut Dice, people: usize) -> Request {
    let mut actions: Vec<&str> = Vec::new();
    for _ in 0..dice.roll(4) {
        actions.push(*dice.choose(&[
            "doors:open",
            "lights:on",
            "a",
            "a.b_c-d:e0",
            "cameras:read",
            "Doors",
            "ö",
        ]));
    }
    let mut body = json!({ "actions": actions });
    if dice.happens(80) {
        body["userId"] = json!(format!("@{}@", dice.roll(people)));
    }
    if dice.happens(40) {
        let expiries = [
            json!("2400-01-01T00:00:00Z"),
            json!("2500-12-31T23:59:59.999999999Z"),
            json!("2600-01-01T01:00:00.1234+01:00"),
            json!("9999-12-31T23:59:59Z"),
            json!("2001-01-01T00:00:00Z"),
            json!("tomorrow"),
            Value::Null,
        ];
        body["expiresAt"] = dice.choose(&expiries).clone();
    }
    let call = *dice.choose(&["give_access", "give_access", "remove_access"]);
    Request::to("POST", format!("/facilities/{}/{call}", dice.choose(&FACILITIES))).json(&body)
}

fn holders(dice: &mut Dice, people: usize) -> Request {
    let query = match dice.roll(5) {
        0 => "?action=doors:open".to_owned(),
        1 => "?action=a".to_owned(),
        2 => format!("?limit={}", 1 + dice.roll(2)),
        3 => format!("?userId=@{}@", dice.roll(people)),
        _ => String::new(),
    };
    Request::to("GET", format!("/facilities/{}/access{query}", dice.choose(&FACILITIES)))
}

fn own(dice: &mut Dice) -> Request {
    match dice.roll(4) {
        0 => Request::to("GET", "/user"),
        1 => Request::to("GET", "/user/facilities"),
        2 => Request::to("PATCH", "/user/phone_number").json(&json!({
            "phoneNumber": dice.choose(&["0555 444 33 22", "+41446681800", "+90 555 444 33 22", "x", "\u{0}"]),
            "region": dice.choose(&["TR", "CH", "XX"]),
        })),
        _ => Request::to("PATCH", "/user")
            .json(&json!({ "firstName": name(dice), "lastName": name(dice), "jobTitle": name(dice) })),
    }
}

fn sign_in(dice: &mut Dice) -> Request {
    let address = address(dice);
    let mut form = Serializer::new(String::new());
    let fields =
        [("grant_type", "password"), ("client_id", CLIENT), ("username", &*address), ("password", PASSWORD)];
    form.extend_pairs(fields);
    let request = Request::to("POST", "/oauth/token");
    Request { by: Who::Nobody, body: Some(("application/x-www-form-urlencoded", form.finish())), ..request }
}
