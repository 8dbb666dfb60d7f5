//! A picture is kept or erased by one instance at a time.

use roster_adapter_diesel::{DatabasePictures, PicturesOfMany, PostgresStore};
use roster_domain::{PictureFormat, PictureName};
use roster_ports::PictureKeeper;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

use crate::database::OwnDatabase;

fn instance(database: &OwnDatabase) -> PicturesOfMany {
    let store = PostgresStore::open(&database.options()).unwrap();
    let locks = store.shared_locks();
    PicturesOfMany::new(Arc::new(DatabasePictures::new(Arc::new(store))), locks)
}

#[test]
fn a_name_is_held_across_instances() {
    let database = OwnDatabase::migrated();
    let (one, other) = (instance(&database), instance(&database));
    let name = PictureName { sha256: [7; 32], format: PictureFormat::Png };
    let another = PictureName { sha256: [8; 32], format: PictureFormat::Png };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let held = one.lock(&name).await.unwrap();
        drop(other.lock(&another).await.unwrap());
        let waiting = timeout(Duration::from_millis(100), other.lock(&name));
        assert!(waiting.await.is_err());
        drop(held);
        drop(timeout(Duration::from_secs(5), other.lock(&name)).await.unwrap().unwrap());
    });
}
