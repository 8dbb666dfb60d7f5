//! The whole service against a naive model of it: random people, roles, access, sign-ins and crashes, after each of which
//! both must say the same.

use roster_tests::{Actor, Service, invented, is_long_run, report};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const FACILITIES: [&str; 3] = [
    "16f0cbe3-bc75-45ea-9168-52e52c941ada",
    "970df7c4-843d-4a1d-9264-bd0cc5c5d927",
    "a9a9eef6-c0af-4b2a-aecb-8e0cff80ffd9",
];
const ACTIONS: [&str; 4] = ["doors:open", "lights:on", "cameras:read", "alarm"];
const ROLES: [&str; 6] = ["tech", "hr", "finance", "com", "business", "board"];

/// Numbers that look random and are the same for the same seed (xorshift64*).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).unwrap() % bound
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    fn some_of(&mut self, all: &[&str]) -> Vec<String> {
        let chosen: Vec<String> =
            all.iter().filter(|_| self.below(2) == 0).map(|one| (*one).to_owned()).collect();
        if chosen.is_empty() { vec![(*self.one_of(all)).to_owned()] } else { chosen }
    }
}

/// Somebody, as the model knows them.
#[derive(Clone)]
struct Person {
    email: String,
    password: String,
    first_name: String,
    roles: BTreeSet<String>,
    is_enabled: bool,
    access: BTreeMap<String, BTreeSet<String>>,
    /// An access token and the newest refresh token of each living session.
    sessions: Vec<(String, String)>,
}

struct World {
    service: Service,
    administrator: Actor,
    people: BTreeMap<String, Person>,
    gone: Vec<String>,
    /// Tokens of sessions that ended.
    dead: Vec<String>,
    dice: Dice,
}

impl World {
    fn new(seed: u64) -> Self {
        let service = Service::options().with("ROSTER_LOGIN_FAILURES_PER_ADDRESS", "1000000").start();
        let administrator = service.administrator();
        let (people, gone, dead) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self { service, administrator, people, gone, dead, dice: Dice(seed) }
    }

    fn somebody(&mut self) -> Option<String> {
        let ids: Vec<String> = self.people.keys().cloned().collect();
        if ids.is_empty() { None } else { Some(self.dice.one_of(&ids).clone()) }
    }

    fn step(&mut self) {
        let Some(id) = self.somebody() else { return self.create() };
        match self.dice.below(14) {
            0 | 1 => self.create(),
            2 => self.rename(&id),
            3 => self.change_roles(&id),
            4 => self.enable_or_disable(&id),
            5 if self.people.len() > 3 => self.delete(&id),
            6 | 7 => self.give(&id),
            8 => self.remove(&id),
            9 | 10 => self.sign_in(&id),
            11 => self.refresh(&id),
            12 => self.sign_out(&id),
            _ => self.set_password(&id),
        }
    }

    fn create(&mut self) {
        let roles = self.dice.some_of(&ROLES);
        let (email, password) = (format!("{}@example.com", invented()), format!("canary-{}", invented()));
        let body = json!({
            "firstName": "Model", "lastName": "Person", "email": email, "plainPassword": password, "roles": roles,
        });
        let created = self.administrator.post("/users", body.clone()).expect(201);
        self.administrator.post("/users", body).expect_problem(409, "email_already_used");
        let id = created["id"].as_str().unwrap().to_owned();
        let person = Person {
            email,
            password,
            first_name: "Model".to_owned(),
            roles: roles.into_iter().collect(),
            is_enabled: true,
            access: BTreeMap::new(),
            sessions: Vec::new(),
        };
        self.people.insert(id, person);
    }

    fn change(&self, id: &str, change: Value) {
        self.administrator.patch(&format!("/users/{id}"), change).expect(200);
    }

    fn person(&mut self, id: &str) -> &mut Person {
        self.people.get_mut(id).unwrap()
    }

    fn rename(&mut self, id: &str) {
        let name = format!("Name{}", self.dice.below(1_000));
        self.change(id, json!({ "firstName": name }));
        self.person(id).first_name = name;
    }

    fn change_roles(&mut self, id: &str) {
        let roles = self.dice.some_of(&ROLES);
        self.change(id, json!({ "roles": roles }));
        self.person(id).roles = roles.into_iter().collect();
    }

    fn enable_or_disable(&mut self, id: &str) {
        let is_enabled = !self.people[id].is_enabled;
        self.change(id, json!({ "disabled": !is_enabled }));
        self.person(id).is_enabled = is_enabled;
        if !is_enabled {
            self.end_sessions(id);
        }
    }

    fn end_sessions(&mut self, id: &str) {
        let ended = std::mem::take(&mut self.person(id).sessions);
        self.dead.extend(ended.into_iter().map(|(access, _)| access));
    }

    fn delete(&mut self, id: &str) {
        self.administrator.delete(&format!("/users/{id}")).expect(200);
        self.end_sessions(id);
        self.people.remove(id);
        self.gone.push(id.to_owned());
    }

    fn give(&mut self, id: &str) {
        let (facility, actions) = (*self.dice.one_of(&FACILITIES), self.dice.some_of(&ACTIONS));
        let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
        let answered = self.administrator.give(id, facility, &actions);
        let held = self.person(id).access.entry(facility.to_owned()).or_default();
        held.extend(actions.iter().map(|action| (*action).to_owned()));
        let held: Vec<String> = held.iter().cloned().collect();
        assert_eq!(actions_in(&answered), held);
    }

    fn remove(&mut self, id: &str) {
        let (facility, actions) = (*self.dice.one_of(&FACILITIES), self.dice.some_of(&ACTIONS));
        let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
        let answered = self.administrator.remove(id, facility, &actions);
        let access = &mut self.person(id).access;
        let held = access.entry(facility.to_owned()).or_default();
        held.retain(|action| !actions.contains(&action.as_str()));
        let left: Vec<String> = held.iter().cloned().collect();
        if left.is_empty() {
            access.remove(facility);
        }
        assert_eq!(actions_in(&answered), left);
    }

    fn sign_in(&mut self, id: &str) {
        let person = self.people[id].clone();
        let answer = self.service.try_password(&person.email, &person.password);
        if !person.is_enabled {
            answer.expect(400);
            return;
        }
        let tokens = answer.expect(200);
        let text = |member: &str| tokens[member].as_str().unwrap().to_owned();
        self.person(id).sessions.push((text("access_token"), text("refresh_token")));
    }

    fn refresh(&mut self, id: &str) {
        let Some((access, refresh)) = self.person(id).sessions.pop() else { return };
        let tokens = self.service.try_refresh(&refresh).expect(200);
        let successor = tokens["refresh_token"].as_str().unwrap().to_owned();
        self.person(id).sessions.push((access, successor));
    }

    fn sign_out(&mut self, id: &str) {
        let living = self.people[id].sessions.len();
        let answered = self.administrator.delete(&format!("/users/{id}/sessions")).expect(200);
        assert_eq!(answered["ended"], living);
        self.end_sessions(id);
    }

    fn set_password(&mut self, id: &str) {
        let password = format!("canary-{}", invented());
        let body = json!({ "newPassword": password });
        self.administrator.put(&format!("/users/{id}/password"), body).expect(200);
        self.person(id).password = password;
        self.end_sessions(id);
    }

    fn crash(&mut self) {
        self.service.kill();
        self.service.restart();
        self.administrator = self.service.administrator();
    }

    /// Both say the same of everybody.
    fn compare(&self) {
        let nobody = self.service.nobody();
        for (id, person) in &self.people {
            let told = self.administrator.get(&format!("/users/{id}")).expect(200);
            let roles: BTreeSet<String> = told["roles"]
                .as_array()
                .unwrap()
                .iter()
                .map(|role| role.as_str().unwrap().to_owned())
                .collect();
            assert_eq!(
                (told["firstName"].as_str(), told["disabled"].as_bool(), roles),
                (Some(person.first_name.as_str()), Some(!person.is_enabled), person.roles.clone())
            );
            for (access, _) in &person.sessions {
                assert_eq!(nobody.with_token(access).get("/users/me").expect(200)["id"], *id);
            }
        }
        for id in &self.gone {
            self.administrator.get(&format!("/users/{id}")).expect_problem(404, "not_found");
        }
        for token in &self.dead {
            nobody.with_token(token).get("/users/me").expect_problem(401, "invalid_token");
        }
        let total = self.administrator.get("/users?limit=1").expect(200)["total"].as_u64().unwrap();
        assert_eq!(total, self.people.len() as u64 + 1, "and the administrator");
        for facility in FACILITIES {
            self.compare_access(facility);
        }
    }

    fn compare_access(&self, facility: &str) {
        let told = self.administrator.get(&format!("/facilities/{facility}/access?limit=100")).expect(200);
        let told: BTreeMap<String, Vec<String>> = told["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|access| (access["userId"].as_str().unwrap().to_owned(), actions_of(access)))
            .collect();
        let enabled = self.people.iter().filter(|(_, person)| person.is_enabled);
        let held = enabled.filter_map(|(id, person)| {
            let actions = person.access.get(facility)?;
            Some((id.clone(), actions.iter().cloned().collect::<Vec<_>>()))
        });
        assert_eq!(told, held.collect());
    }
}

fn actions_of(access: &Value) -> Vec<String> {
    access["actions"].as_array().unwrap().iter().map(|action| action.as_str().unwrap().to_owned()).collect()
}

/// Those of an answer to giving or removing, with or without its envelope.
fn actions_in(answered: &Value) -> Vec<String> {
    if answered["data"].is_object() { actions_of(&answered["data"]) } else { actions_of(answered) }
}

#[test]
fn the_service_and_a_naive_model_of_it_say_the_same() {
    let (seeds, steps) = if is_long_run() { (20, 600) } else { (2, 80) };
    for seed in 1..=seeds {
        let mut world = World::new(seed * 0x9e37_79b9);
        for step in 1..=steps {
            world.step();
            if step % 40 == 0 {
                world.crash();
            }
            if step % 20 == 0 {
                world.compare();
            }
        }
        world.service.database().assert_sound();
    }
    report(&format!("the model and the service agreed through {seeds} lives of {steps} steps each"));
}
