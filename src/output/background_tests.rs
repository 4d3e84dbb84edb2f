//! Output in the background: what is written comes out whole, and a reader that
//! pauses or goes away is noticed.

use std::sync::mpsc;

use super::*;

/// A stream whose reader takes a write only when told to.
struct Slow {
    takes: mpsc::Receiver<()>,
    taken: Arc<Mutex<Vec<u8>>>,
}

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Once no one tells any more, standard output was closed.
        if self.takes.recv().is_err() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.taken.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn slow() -> (BackgroundWriter, mpsc::Sender<()>, Arc<Mutex<Vec<u8>>>) {
    let (reader, takes) = mpsc::channel();
    let taken = Arc::new(Mutex::default());
    let stream = Slow {
        takes,
        taken: Arc::clone(&taken),
    };
    (BackgroundWriter::new(Box::new(stream)), reader, taken)
}

fn runtime() -> tokio::runtime::Runtime {
    crate::runtime::current_thread().unwrap()
}

#[test]
fn a_reader_that_pauses_does_not_hold_up_tasks() {
    let (mut writer, reader, taken) = slow();
    runtime().block_on(async {
        let page = vec![b'x'; 3 * ROOM];
        writer.write_all(&page).unwrap();
        writer.flush().unwrap();
        assert!(!writer.has_room());
        // Something else happens while the reader pauses.
        let other = tokio::spawn(async { 7 });
        assert_eq!(other.await.unwrap(), 7);
        assert!(!writer.is_drained());
        reader.send(()).unwrap();
        writer.drained().await.unwrap();
        assert!(writer.is_drained() && writer.has_room());
        assert_eq!(taken.lock().unwrap().len(), page.len());
    });
}

#[test]
fn room_is_there_again_once_the_reader_takes_something() {
    let (mut writer, reader, _taken) = slow();
    runtime().block_on(async {
        writer.write_all(&vec![b'x'; ROOM]).unwrap();
        let waiting = writer.clone();
        let waiting = tokio::spawn(async move { waiting.room().await });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        reader.send(()).unwrap();
        waiting.await.unwrap().unwrap();
    });
}

#[test]
fn a_reader_that_has_gone_is_reported_to_all_who_write_or_wait() {
    let (mut writer, reader, _taken) = slow();
    drop(reader);
    runtime().block_on(async {
        writer.write_all(b"x").unwrap();
        for _ in 0..2 {
            let error = writer.drained().await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
        }
        assert!(!writer.is_drained());
        assert!(writer.write_all(b"y").is_err());
    });
    assert!(writer.flush().is_err());
    assert!(writer.finish().is_err());
}

#[test]
fn outside_a_runtime_a_write_waits_for_room_and_a_flush_for_all() {
    let (mut writer, reader, taken) = slow();
    std::thread::scope(|scope| {
        let ended = scope.spawn(move || {
            for _ in 0..8 {
                writer.write_all(&vec![b'x'; ROOM / 2]).unwrap();
                assert!(writer.shared.held() <= 2 * ROOM);
            }
            writer.flush().unwrap();
            assert!(writer.is_drained());
        });
        while !ended.is_finished() {
            let _ = reader.send(());
            std::thread::yield_now();
        }
        ended.join().unwrap();
    });
    assert_eq!(taken.lock().unwrap().len(), 4 * ROOM);
}

#[test]
fn nobody_waits_for_a_reader_that_was_given_up() {
    let (mut writer, _reader, _taken) = slow();
    runtime().block_on(async { writer.write_all(&vec![b'x'; 2 * ROOM]).unwrap() });
    writer.let_go();
    writer.write_all(b"y").unwrap();
    writer.flush().unwrap();
    writer.finish().unwrap();
}

#[test]
fn what_was_written_is_there_when_it_is_finished() {
    let (mut writer, reader, taken) = slow();
    for _ in 0..3 {
        reader.send(()).unwrap();
    }
    writer.write_all(b"one ").unwrap();
    writer.write_all(b"two").unwrap();
    writer.finish().unwrap();
    assert_eq!(*taken.lock().unwrap(), b"one two");
}

/// A file on a disk that is full after some bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 < bytes.len() {
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        self.0 -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_file_is_written_at_once_and_a_full_disk_is_reported_to_the_end() {
    let mut writer = BackgroundWriter::to_file(Box::new(Full(4)));
    writer.write_all(b"four").unwrap();
    assert!(writer.is_drained() && writer.has_room());
    let full = |error: io::Error| error.kind() == io::ErrorKind::StorageFull;
    assert!(full(writer.write_all(b"more").unwrap_err()));
    assert!(!writer.is_drained());
    assert!(full(writer.finish().unwrap_err()));
}
