//! What the command line and a first start do with people, on behalf of whoever holds the machine.

mod administrator;
mod playground;
mod random_password;
mod set_password;

pub use administrator::{Administrator, NewAdministrator, make_administrator};
pub use playground::{Playground, PlaygroundPerson, is_untouched, make_playground, new_facility};
pub use random_password::random_password;
pub use set_password::{person_of, person_with, set_password_of};
