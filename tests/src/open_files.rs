use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Lets this process have as many files open as it may at all; tells how many that is.
pub fn allow_many_files() -> usize {
    let most = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: most, maximum: most }).expect("a soft limit may be raised");
    most.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX))
}
