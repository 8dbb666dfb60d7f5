use roster_adapter_diesel::SqliteOptions;
use roster_domain::permission::{GiveAccess, operator};
use roster_domain::{
    AccessChange, Actions, Actor, Event, EventId, EventKind, Events, ExpiryChange, FacilityId, Grant,
    PrincipalId, RequestId, Subject, UserId,
};
use roster_ports::{Abort, Done, StoreError, Stored, WriteTx};
use roster_usecases::Ports;
use std::io::Write;
use std::time::Instant;
use uuid::Uuid;

use crate::figures::{Figures, float, median, median_of, ratio};
use crate::load::{Load, NextRequest};
use crate::process::Server;
use crate::report::{Goal, Report, Row, figure};
use crate::settings::Settings;
use crate::world::{Caller, World};

/// How many clients give at once.
const CLIENTS: [usize; 3] = [1, 16, 64];
/// How many givings share the one big transaction.
const IN_PROCESS: usize = 20_000;

/// S4: acknowledged writes a second against a flush for each, and against one big transaction in process.
pub(crate) fn measure(settings: &Settings, world: &World, report: &mut Report) -> anyhow::Result<()> {
    let folders = [world.copy()?, world.copy()?, world.copy()?];
    let [batched, unbatched, in_process] = &folders;
    let batching = Server::roster(settings, world, batched.path())?;
    let flushing = Server::unbatched(world, unbatched.path())?;
    let options = SqliteOptions::at(World::database(in_process.path()));
    let ports = world.ports(&options, in_process.path())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;

    let mut facilities = Facilities::default();
    for clients in CLIENTS {
        let (mut ours, mut flushed, mut limit) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..settings.rounds {
            ours.push(give(settings, &batching, world, clients, &mut facilities)?);
            flushed.push(give(settings, &flushing, world, clients, &mut facilities)?);
            limit.push(runtime.block_on(give_in_one(&ports, &world.callers, &mut facilities))?);
        }
        compare(report, clients, &ours, &flushed, &limit);
    }
    Ok(())
}

/// Lets so many clients give for as long as a window; each giving must succeed.
pub(crate) fn give(
    settings: &Settings,
    server: &Server,
    world: &World,
    clients: usize,
    facilities: &mut Facilities,
) -> anyhow::Result<Figures> {
    let givers = world.callers.iter().cycle().take(clients);
    let clients = givers.map(|giver| giving(giver, &world.callers, facilities.fork())).collect();
    let load = Load { address: server.address(), clients, window: settings.window, pace: None };
    let before = server.cpu()?;
    let figures = load.run()?;
    let all = figures.statuses.values().sum::<u64>();
    anyhow::ensure!(figures.statuses.get(&200) == Some(&all), "writes were refused: {:?}", figures.statuses);
    Ok(figures.with_cpu(server.cpu()?.saturating_sub(before)))
}

/// An administrator who gives somebody else access somewhere else each time, so that each is a change.
fn giving(giver: &Caller, takers: &[Caller], mut facilities: Facilities) -> NextRequest {
    let token = giver.token.clone();
    let takers: Vec<_> = takers.iter().map(|taker| taker.id).collect();
    let mut takers = takers.into_iter().cycle();
    Box::new(move |into| {
        let taker = takers.next().map(|taker| taker.to_string()).unwrap_or_default();
        let body = format!(r#"{{"userId":"{taker}","actions":["doors:open"]}}"#);
        // A vector takes whatever is written to it.
        let _ = write!(
            into,
            "POST /facilities/{}/give_access HTTP/1.1\r\nHost: roster\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            facilities.next(),
            body.len(),
        );
    })
}

/// The statements of as many givings in a loop in one transaction, in writes a second: what the CPU allows.
async fn give_in_one(ports: &Ports, callers: &[Caller], facilities: &mut Facilities) -> anyhow::Result<f64> {
    let (takers, facilities) = (callers.to_vec(), facilities.fork());
    let giver = callers.first().ok_or_else(|| anyhow::anyhow!("nobody"))?.clone();
    let giving = Giving {
        actions: Actions::of(["doors:open".parse()?]).ok_or_else(|| anyhow::anyhow!("no action"))?,
        giver,
        first_id: EventId::new(ports.ids.uuid()),
        time: ports.clock.now(),
        request_id: "bench".parse()?,
    };
    let started = Instant::now();
    let write = ports.store.write::<_, StoreError>(move |tx| {
        let mut facilities = facilities.clone();
        let takers = takers.iter().cycle().take(IN_PROCESS).enumerate();
        let happened = takers.map(|(n, taker)| giving.give(tx, n, taker.id, facilities.next()));
        let mut happened = happened.collect::<Result<Vec<_>, StoreError>>()?.into_iter();
        let Some(first) = happened.next() else { return Ok(Done::Unchanged(())) };
        Ok(Done::Changed((), Events(first, happened.collect())))
    });
    write.await.map_err(|(Abort::Refused(error) | Abort::Store(error))| error)?;
    Ok(float(u64::try_from(IN_PROCESS)?) / started.elapsed().as_secs_f64())
}

/// What all givings of one transaction share.
struct Giving {
    giver: Caller,
    actions: Actions,
    first_id: EventId,
    time: roster_domain::Instant,
    request_id: RequestId,
}

impl Giving {
    /// Does what the use case does in its transaction.
    fn give(&self, tx: &mut dyn WriteTx, n: usize, taker: UserId, facility: FacilityId) -> Stored<Event> {
        tx.sessions().session(self.giver.session)?;
        tx.users().user(self.giver.id)?;
        tx.users().user(taker)?;
        let before = tx.access().grant(taker, facility)?;
        let by = PrincipalId::User(self.giver.id);
        let after = Grant::given(before.as_ref(), &self.actions, ExpiryChange::Keep, by.clone(), self.time);
        tx.access_mut().give(&operator::<GiveAccess>(), taker, facility, &after)?;
        let change = AccessChange::between(facility, before.as_ref(), Some(&after));
        Ok(Event {
            id: self.first_id.after(n),
            time: self.time,
            actor: Actor::Principal(by),
            subject: Subject::User(taker),
            request_id: self.request_id.clone(),
            kind: EventKind::AccessGiven(change),
        })
    }
}

/// Facilities that nobody has access to yet, in no order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facilities {
    family: u64,
    members: u64,
}

impl Facilities {
    /// Others of their own.
    fn fork(&mut self) -> Self {
        self.family += 1;
        Self { family: self.family, members: 0 }
    }

    fn next(&mut self) -> FacilityId {
        self.members += 1;
        FacilityId::new(Uuid::from_u64_pair(scatter(self.family << 40 | self.members), self.members))
    }
}

/// Spreads consecutive numbers over all of them (the finalizer of `SplitMix64`).
const fn scatter(number: u64) -> u64 {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn compare(report: &mut Report, clients: usize, ours: &[Figures], flushed: &[Figures], limit: &[f64]) {
    let is_measured = clients == 64;
    let goal = |goal| if is_measured { goal } else { Goal::None };
    let mut row = |what: &str, theirs, ratio, goal, value: fn(&Figures) -> f64| {
        report.row(&Row {
            line: "S4",
            what: &format!("give_access, {clients} clients; {what}"),
            ours: figure(median_of(ours, value), ""),
            theirs: figure(theirs, ""),
            ratio,
            goal,
        });
    };
    let rate: fn(&Figures) -> f64 = |figures| figures.rate;
    row(
        "a flush each; writes/s",
        median_of(flushed, rate),
        ratio(ours, flushed, rate),
        goal(Goal::AtLeast(3.0)),
        rate,
    );
    let of_limit = median(ours.iter().zip(limit).map(|(ours, limit)| ours.rate / limit));
    row("in process; writes/s", median(limit.iter().copied()), of_limit, goal(Goal::AtLeast(0.6)), rate);
    let cpu: fn(&Figures) -> f64 = |figures| figures.cpu;
    row("a flush each; CPU µs", median_of(flushed, cpu), ratio(ours, flushed, cpu), Goal::None, cpu);
    let p50: fn(&Figures) -> f64 = |figures| figures.p50;
    row("a flush each; p50 ms", median_of(flushed, p50), ratio(ours, flushed, p50), Goal::None, p50);
    let p99: fn(&Figures) -> f64 = |figures| figures.p99;
    row("a flush each; p99 ms", median_of(flushed, p99), ratio(ours, flushed, p99), Goal::None, p99);
    let batch =
        |figures: &Figures| float(u64::try_from(clients).unwrap_or_default()) * 1_000.0 / figures.rate;
    let batches = median(ours.iter().map(|figures| figures.p99 / batch(figures)));
    row("a batch; p99 ms", median_of(ours, batch), batches, goal(Goal::AtMost(4.0)), p99);
}
