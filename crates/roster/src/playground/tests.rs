use super::*;
use crate::assembly::{self, Opener};
use crate::settings::{Settings, Sources};
use roster_ports::UserFilter;
use std::os::unix::fs::PermissionsExt;
use tempfile::TempDir;

/// A real database, hashing as cheaply as the rules allow.
struct World {
    parent: TempDir,
    runtime: tokio::runtime::Runtime,
    ports: Ports,
}

impl World {
    fn new() -> Self {
        let parent = tempfile::tempdir().unwrap();
        let data = parent.path().to_str().unwrap();
        let environment =
            vec![("ROSTER_DATA_DIR".into(), data.into()), ("ROSTER_BCRYPT_COST".into(), "4".into())];
        let settings = Settings::load(Sources { environment, ..Sources::default() }).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let folder = DataFolder::open(parent.path()).unwrap();
        assembly::migrate_new(&settings, Some(&folder)).unwrap();
        let world = runtime
            .block_on(assembly::assemble(
                &settings,
                Some(&folder),
                "http://localhost".to_owned(),
                Opener::Service,
            ))
            .unwrap();
        Self { parent, runtime, ports: world.ports }
    }

    fn folder(&self) -> DataFolder {
        DataFolder::open(self.parent.path()).unwrap()
    }

    fn context(&self) -> RequestContext {
        RequestContext::fresh(&self.ports)
    }

    fn prepare(&self) -> Result<Welcome, Stop> {
        self.runtime.block_on(prepare(&self.ports, &self.context(), &self.folder()))
    }

    fn people(&self) -> u64 {
        let count = self.ports.store.read(|tx| tx.users().count(&UserFilter::default()));
        self.runtime.block_on(count).unwrap()
    }
}

#[test]
fn an_empty_database_gets_a_playground_and_the_next_start_keeps_it() {
    let world = World::new();
    let first = world.prepare().unwrap();
    assert!(first.is_new);
    assert_eq!(world.people(), 4);
    let mode = fs::metadata(world.folder().bootstrap_file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let second = world.prepare().unwrap();
    assert!(!second.is_new);
    assert_eq!(world.people(), 4);
    assert!(second.bootstrap.is_some() && second.bootstrap == first.bootstrap);
}

#[test]
fn sign_ins_that_cannot_be_written_down_are_not_made() {
    let world = World::new();
    fs::create_dir(world.folder().bootstrap_file()).unwrap();
    let stop = world.prepare().map(|_| ()).unwrap_err();
    assert!(
        matches!(&stop, Stop::Failure(line) if line.starts_with("cannot keep the sign-ins in ")),
        "{stop}"
    );
    assert_eq!(world.people(), 0);
}

#[test]
fn a_database_with_people_gets_no_playground() {
    let world = World::new();
    let (playground, _) = people::draw_up(&world.ports).unwrap();
    let context = world.context();
    let made = make_playground(&world.ports, &context, playground);
    assert!(world.runtime.block_on(made).unwrap());
    let welcome = world.prepare().unwrap();
    assert!(!welcome.is_new && welcome.bootstrap.is_none());
    assert!(!world.folder().bootstrap_file().exists());
    assert_eq!(world.people(), 4);
}
