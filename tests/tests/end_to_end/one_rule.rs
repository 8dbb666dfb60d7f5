//! One rule behind every door: in random worlds, the lists of access, the doors for gateways, the decisions and the
//! searches tell the same, which is what the rule of the domain crate says, before grants expire and after.

use roster_domain::{
    AccessDenial, ActionName, Actions, Expiry, Grant, Holding, Instant, PrincipalId, Status, UserId,
};
use roster_tests::{Actor, Body, Dice, Service, eventually, is_long_run};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

const FACILITIES: [&str; 3] = [
    "16f0cbe3-bc75-45ea-9168-52e52c941ada",
    "26f0cbe3-bc75-45ea-9168-52e52c941ada",
    "36f0cbe3-bc75-45ea-9168-52e52c941ada",
];
const ACTIONS: [&str; 3] = ["cameras:read", "cameras:read-all", "doors:open"];

/// A rule for each of the actions.
const POLICY: &str = r#"
[[policy.all]]
path = "/{facility}/0"
require = { action = "cameras:read", facility = "{facility}" }
[[policy.all]]
path = "/{facility}/1"
require = { action = "cameras:read-all", facility = "{facility}" }
[[policy.all]]
path = "/{facility}/2"
require = { action = "doors:open", facility = "{facility}" }
"#;

/// Who may do what where, by the places in the lists above.
type Allowed = BTreeSet<(usize, usize, usize)>;

/// A world, and what is on record in it.
struct World {
    service: Service,
    administrator: Actor,
    people: Vec<Actor>,
    record: BTreeMap<(usize, usize), Holding>,
    /// When the grants that do not last expire.
    soon: Instant,
}

fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

impl World {
    fn random(dice: &mut Dice) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("roster.toml");
        fs::write(&file, POLICY).unwrap();
        let service = Service::options().configured_by(&file).start();
        let administrator = service.administrator();
        let roles = ["tech", "hr", "finance", "board"];
        let mut people: Vec<Actor> =
            (0..4).map(|_| service.user_made_by(&administrator, dice.choose::<&str>(&roles))).collect();
        people.sort_by(|one, other| one.id.cmp(&other.id));
        let soon = service.database().time_in(6);
        let mut world =
            Self { service, administrator, people, record: BTreeMap::new(), soon: instant(&soon) };
        for person in 0..world.people.len() {
            for facility in 0..FACILITIES.len() {
                let grant = world.random_grant(dice, person, facility, &soon);
                world.record.insert((person, facility), Holding { status: Status::Enabled, grant });
            }
            if dice.happens(25) {
                world.disable(person);
            }
        }
        world
    }

    /// Gives at random, and takes away again.
    fn random_grant(&self, dice: &mut Dice, person: usize, facility: usize, soon: &str) -> Option<Grant> {
        let given: Vec<&str> = ACTIONS.into_iter().filter(|_| dice.happens(60)).collect();
        if given.is_empty() {
            return None;
        }
        let (ends, user) = (dice.happens(40), &self.people[person].id);
        let body = json!({ "userId": user, "actions": given, "expiresAt": ends.then_some(soon) });
        self.administrator
            .post(&format!("/facilities/{}/give_access", FACILITIES[facility]), body)
            .expect(200);
        let removed: Vec<&str> = ACTIONS.into_iter().filter(|_| dice.happens(20)).collect();
        if !removed.is_empty() {
            self.administrator.remove(user, FACILITIES[facility], &removed);
        }
        let left = given.into_iter().filter(|name| !removed.contains(name));
        Some(Grant {
            actions: Actions::of(left.map(|name| name.parse().unwrap()))?,
            expiry: if ends { Expiry::At(self.soon) } else { Expiry::Never },
            granted_by: PrincipalId::User(self.administrator.id.parse::<UserId>().unwrap()),
            granted_at: Instant::UNIX_EPOCH,
        })
    }

    fn disable(&mut self, person: usize) {
        let path = format!("/users/{}", self.people[person].id);
        self.administrator.patch(&path, json!({ "disabled": true })).expect(200);
        let own = self.record.iter_mut().filter(|((whose, _), _)| *whose == person);
        own.for_each(|(_, holding)| holding.status = Status::Disabled);
    }

    fn is_enabled(&self, person: usize) -> bool {
        self.record[&(person, 0)].status == Status::Enabled
    }

    fn decided(
        &self,
        (person, facility, action): (usize, usize, usize),
        at: Instant,
    ) -> Result<(), AccessDenial> {
        let action: ActionName = ACTIONS[action].parse().unwrap();
        Holding::allows(self.record.get(&(person, facility)), &action, at)
    }

    fn questions(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let places = |count: usize| 0..count;
        places(self.people.len()).flat_map(move |person| {
            places(FACILITIES.len())
                .flat_map(move |facility| places(ACTIONS.len()).map(move |action| (person, facility, action)))
        })
    }

    fn body(&self, (person, facility, action): (usize, usize, usize)) -> Value {
        json!({
            "subject": { "type": "user", "id": self.people[person].id },
            "action": { "name": ACTIONS[action] },
            "resource": { "type": "facility", "id": FACILITIES[facility] },
        })
    }

    /// By the rule alone.
    fn by_rule(&self, at: Instant) -> Allowed {
        self.questions().filter(|question| self.decided(*question, at).is_ok()).collect()
    }

    /// Whatever these items of a list of access tell.
    fn told(&self, items: &[Value], allowed: &mut Allowed) {
        for item in items {
            let user = item["userId"].as_str();
            let person = user.map(|id| self.people.iter().position(|person| person.id == id).unwrap());
            let facility = FACILITIES.iter().position(|id| item["facilityId"] == *id).unwrap();
            for name in item["actions"].as_array().unwrap() {
                let action = ACTIONS.iter().position(|action| name == action).unwrap();
                assert!(allowed.insert((person.unwrap(), facility, action)), "told twice: {item}");
            }
        }
    }

    fn by_lists_of_facilities(&self) -> Allowed {
        let mut allowed = Allowed::new();
        for facility in FACILITIES {
            self.told(
                &walk(&self.administrator, &format!("/facilities/{facility}/access?limit=2")),
                &mut allowed,
            );
        }
        allowed
    }

    fn by_lists_of_people(&self) -> Allowed {
        let mut allowed = Allowed::new();
        for person in &self.people {
            let path = format!("/users/{}/facilities?limit=2", person.id);
            self.told(&walk(&self.administrator, &path), &mut allowed);
        }
        allowed
    }

    /// What the enabled are told of themselves.
    fn by_own_lists(&self) -> Allowed {
        let mut allowed = Allowed::new();
        for (_, person) in self.people.iter().enumerate().filter(|(place, _)| self.is_enabled(*place)) {
            let own = person.get("/user/facilities").expect(200)["data"].as_array().unwrap().clone();
            let of_person = own.into_iter().map(|mut grant| {
                grant["userId"] = json!(person.id);
                grant
            });
            self.told(&of_person.collect::<Vec<_>>(), &mut allowed);
        }
        allowed
    }

    fn by_evaluation(&self) -> Allowed {
        let is_allowed = |question: &(usize, usize, usize)| {
            let ask = |by: &Actor| by.post("/access/v1/evaluation", self.body(*question)).expect(200);
            let told = ask(&self.administrator);
            if self.is_enabled(question.0) {
                assert_eq!(ask(&self.people[question.0])["decision"], told["decision"], "{question:?}");
            }
            told["decision"] == true
        };
        self.questions().filter(is_allowed).collect()
    }

    /// What a gateway lets those pass to who have a valid token.
    fn by_gateway(&self) -> Allowed {
        let passes = |(person, facility, action): &(usize, usize, usize)| {
            let uri = format!("/{}/{action}", FACILITIES[*facility]);
            let told = [("x-forwarded-method", "GET"), ("x-forwarded-uri", uri.as_str())];
            let person = &self.people[*person];
            person.send("GET", "/authorize/forward/all", &told, &Body::Empty).status == 200
        };
        self.questions().filter(passes).collect()
    }

    fn by_evaluations(&self) -> Allowed {
        let items: Vec<Value> = self.questions().map(|question| self.body(question)).collect();
        let told =
            self.administrator.post("/access/v1/evaluations", json!({ "evaluations": items })).expect(200);
        let answers = told["evaluations"].as_array().unwrap();
        let permitted = self.questions().zip(answers).filter(|(_, answer)| answer["decision"] == true);
        permitted.map(|(question, _)| question).collect()
    }

    /// By the search for the entity of this place in a question.
    fn by_search(&self, what: &str, place: usize) -> Allowed {
        let names: [Vec<&str>; 3] = [
            self.people.iter().map(|person| person.id.as_str()).collect(),
            FACILITIES.to_vec(),
            ACTIONS.to_vec(),
        ];
        let mut allowed = Allowed::new();
        for question in self.questions().filter(|question| [question.0, question.1, question.2][place] == 0) {
            for entity in search(&self.administrator, what, &self.body(question)) {
                let name = entity["id"].as_str().or(entity["name"].as_str()).unwrap();
                // The administrator of the house holds nothing here.
                let found = names[place].iter().position(|known| *known == name).unwrap();
                let mut entry = [question.0, question.1, question.2];
                entry[place] = found;
                allowed.insert((entry[0], entry[1], entry[2]));
            }
        }
        allowed
    }

    fn doors(&self) -> [(&'static str, Allowed); 8] {
        [
            ("the lists of facilities", self.by_lists_of_facilities()),
            ("the lists of people", self.by_lists_of_people()),
            ("a gateway", self.by_gateway()),
            ("single decisions", self.by_evaluation()),
            ("decisions at once", self.by_evaluations()),
            ("the search for subjects", self.by_search("subject", 0)),
            ("the search for resources", self.by_search("resource", 1)),
            ("the search for actions", self.by_search("action", 2)),
        ]
    }

    /// Every door agrees with the rule at this time.
    fn assert_agreement(&self, doors: &[(&'static str, Allowed)], at: Instant) {
        let expected = self.by_rule(at);
        for (door, allowed) in doors {
            assert_eq!(*allowed, expected, "{door} at {at}");
        }
    }

    fn now(&self) -> Instant {
        instant(&self.service.database().time_in(0))
    }
}

fn walk(by: &Actor, path: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut page = by.get(path).expect(200);
    loop {
        found.extend(page["results"].as_array().unwrap().iter().cloned());
        let Some(cursor) = page["nextCursor"].as_str() else { return found };
        page = by.get(&format!("{path}&cursor={cursor}")).expect(200);
    }
}

fn search(by: &Actor, what: &str, body: &Value) -> Vec<Value> {
    let (mut found, mut body) = (Vec::new(), body.clone());
    body["page"] = json!({ "limit": 2 });
    loop {
        let page = by.post(&format!("/access/v1/search/{what}"), body.clone()).expect(200);
        found.extend(page["results"].as_array().unwrap().iter().cloned());
        match page["page"]["next_token"].as_str().unwrap() {
            "" => return found,
            token => body["page"] = json!({ "token": token }),
        }
    }
}

#[test]
fn every_door_tells_what_the_rule_says() {
    for seed in 0..if is_long_run() { 40 } else { 3 } {
        let world = World::random(&mut Dice::of(seed));
        // On a machine so busy that grants expired meanwhile there is nothing to compare before their end.
        let (before, own) = (world.doors(), world.by_own_lists());
        if world.now() < world.soon {
            world.assert_agreement(&before, world.now());
            world.assert_agreement(&[("what people are told of themselves", own.clone())], world.now());
        }
        eventually("the end of what does not last", || (world.now() > world.soon).then_some(()));
        world.assert_agreement(&world.doors(), world.soon);
        world.assert_agreement(&[("what people are told of themselves", world.by_own_lists())], world.soon);
        for question in world.questions() {
            let told = world.administrator.post("/access/v1/evaluation", world.body(question)).expect(200);
            let reason = world.decided(question, world.soon).err().map(AccessDenial::code);
            assert_eq!(told["context"]["reasons"][0].as_str(), reason, "{seed}: {told}");
        }
    }
}
