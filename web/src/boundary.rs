//! The boundary to the page: the functions that it imports and exports.
//!
//! WebAssembly names its exports by symbols, which Rust calls unsafe, and its imports are foreign
//! functions. No export takes an argument, and the imports take slices of this crate's own memory,
//! so this file is all the unsafe code that there is.

#![allow(unsafe_code)]

use crate::page::{Page, Stream};

#[link(wasm_import_module = "page")]
unsafe extern "C" {
    /// Copies at most `length` bytes of a file to `buffer`; returns their number, or -1.
    #[link_name = "read"]
    fn page_read(file: u32, offset: f64, buffer: *mut u8, length: usize) -> i32;

    /// Appends bytes to a stream.
    #[link_name = "write"]
    fn page_write(stream: u32, bytes: *const u8, length: usize);
}

/// The page that loaded this module.
#[derive(Clone, Copy, Debug)]
struct Browser;

impl Page for Browser {
    fn read(&self, file: u32, offset: u64, buffer: &mut [u8]) -> Option<usize> {
        #[expect(clippy::cast_precision_loss, reason = "no file of a browser has 2^53 bytes")]
        let offset = offset as f64;
        // SAFETY: the page writes to the buffer alone, at most its length, and keeps no pointer.
        let read = unsafe { page_read(file, offset, buffer.as_mut_ptr(), buffer.len()) };
        usize::try_from(read).ok().filter(|read| *read <= buffer.len())
    }

    fn write(&self, stream: Stream, bytes: &[u8]) {
        // SAFETY: the page copies the bytes before it returns, and keeps no pointer.
        unsafe { page_write(stream as u32, bytes.as_ptr(), bytes.len()) }
    }
}

/// Reports a panic as an event before the module stops.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| crate::event::stopped(&Browser, &panic.to_string())));
}

// SAFETY: no other symbol of the module has one of these names.
#[unsafe(no_mangle)]
extern "C" fn describe() {
    report_panics();
    crate::describe(Browser);
}

#[unsafe(no_mangle)]
extern "C" fn check_files() {
    report_panics();
    crate::check_files(Browser);
}

#[unsafe(no_mangle)]
extern "C" fn split_file() {
    report_panics();
    crate::split_file(Browser);
}
