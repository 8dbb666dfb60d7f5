use std::marker::PhantomData;

use super::{Caller, Denied, Operation, Target, decide};

/// Proof that a decision was made and allowed the operation `O`. Only this module makes one.
#[derive(Debug)]
pub struct Permit<O> {
    operation: PhantomData<O>,
}

/// An operation as a type, for [`Permit`].
pub trait Permitted {
    /// The operation that it stands for.
    const OPERATION: Operation;
}

macro_rules! permitted {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}
        impl Permitted for $name {
            const OPERATION: Operation = Operation::$name;
        }
    )+};
}

permitted! {
    /// [`Operation::ChangeAccount`] as a type.
    ChangeAccount
    /// [`Operation::CreateUser`] as a type.
    CreateUser
    /// [`Operation::ChangeUser`] as a type.
    ChangeUser
    /// [`Operation::AdministerUser`] as a type.
    AdministerUser
    /// [`Operation::SetPassword`] as a type.
    SetPassword
    /// [`Operation::EndSessions`] as a type.
    EndSessions
    /// [`Operation::DeleteUser`] as a type.
    DeleteUser
    /// [`Operation::GiveAccess`] as a type.
    GiveAccess
    /// [`Operation::RemoveAccess`] as a type.
    RemoveAccess
}

/// Decides as [`decide`] does, and gives the proof.
pub fn permit<O: Permitted>(target: Target, caller: &Caller) -> Result<Permit<O>, Denied> {
    decide(O::OPERATION, target, caller).map(|()| Permit { operation: PhantomData })
}

/// The permit of whoever holds the machine and its command line: they could change the database itself.
pub const fn operator<O: Permitted>() -> Permit<O> {
    Permit { operation: PhantomData }
}

impl From<Permit<ChangeAccount>> for Permit<ChangeUser> {
    /// Whoever may change their own account may change that user.
    fn from(_: Permit<ChangeAccount>) -> Self {
        Self { operation: PhantomData }
    }
}

impl From<Permit<ChangeAccount>> for Permit<SetPassword> {
    /// Whoever may change their own account may choose their own password; proving the old one is the caller's duty.
    fn from(_: Permit<ChangeAccount>) -> Self {
        Self { operation: PhantomData }
    }
}

impl From<Permit<CreateUser>> for Permit<SetPassword> {
    /// Whoever may create a person may set that person's first password.
    fn from(_: Permit<CreateUser>) -> Self {
        Self { operation: PhantomData }
    }
}

impl From<&Permit<SetPassword>> for Permit<EndSessions> {
    /// Whoever may set a password may end what was begun with the old one.
    fn from(_: &Permit<SetPassword>) -> Self {
        Self { operation: PhantomData }
    }
}

impl From<&Permit<AdministerUser>> for Permit<EndSessions> {
    /// Whoever may disable a person may end their sessions.
    fn from(_: &Permit<AdministerUser>) -> Self {
        Self { operation: PhantomData }
    }
}
