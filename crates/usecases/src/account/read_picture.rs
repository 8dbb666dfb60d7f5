use roster_domain::PictureName;

use crate::{Failure, Ports};

/// The bytes of a picture, for anybody who knows its name; `None` when there is none.
pub async fn read_picture(ports: &Ports, name: &PictureName) -> Result<Option<Vec<u8>>, Failure> {
    Ok(ports.picture_keeper.load(name).await?)
}
