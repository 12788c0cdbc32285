//! A program that does what its first argument says.
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, Hash, Hasher};
use std::io::{self, BufRead, Write};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("echo") => lines(|line| println!("{line}")),
        Some("gossip") => gossip().unwrap(),
        Some("files") => files().unwrap(),
        Some("panic") => panic!("on purpose"),
        other => panic!("what is {other:?}?"),
    }
}

fn lines(mut what: impl FnMut(&str)) {
    for line in io::stdin().lock().lines() {
        what(&line.unwrap());
    }
}

/// A number that differs between nodes, boots and seeds, as the keys of a hash map do.
fn draw(below: u64, nth: u64) -> u64 {
    let mut h = RandomState::new().build_hasher();
    nth.hash(&mut h);
    h.finish() % below
}

/// Tells others what it heard, for as long as somebody tells it anything, and keeps a log.
fn gossip() -> io::Result<()> {
    let mut log = OpenOptions::new().create(true).append(true).open("/log")?;
    let mut heard: HashMap<String, usize> = HashMap::new();
    let mut recent = VecDeque::new();
    let began = Instant::now();
    for nth in 0..3 {
        println!("to {} {}", 1 + draw(3, nth), draw(1000, nth));
    }
    for (nth, line) in io::stdin().lock().lines().enumerate() {
        let line = line?;
        sleep(Duration::from_millis(draw(20, nth as u64)));
        writeln!(log, "{line} {:?} {:?}", began.elapsed(), SystemTime::now())?;
        log.sync_all()?;
        *heard.entry(line.clone()).or_default() += 1;
        recent.push_back(line);
        if recent.len() > 5 {
            recent.pop_front();
        }
        for what in heard.keys().take(2) { // in any order
            println!("to {} {what}", 1 + draw(3, nth as u64));
        }
        eprintln!("{} of {}", recent.len(), heard.len());
    }
    Ok(())
}

fn files() -> io::Result<()> {
    fs::create_dir("/d")?;
    fs::write("/d/new", "hello")?;
    File::open("/d/new")?.sync_all()?;
    fs::rename("/d/new", "/d/greeting")?;
    for entry in fs::read_dir("/d")? {
        println!("{}", entry?.file_name().to_string_lossy());
    }
    println!("{}", fs::read_to_string("/d/greeting")?);
    println!("{}", fs::read_to_string("/d/new").unwrap_err().kind());
    fs::remove_file("/d/greeting")?;
    fs::remove_dir("/d")
}
