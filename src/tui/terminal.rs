//! The terminal: raw mode, alternate screen, mouse and paste on; all of it undone on every
//! way out: quit, error, signal, panic.
//!
//! Owns the escape sequences that are not ratatui's. Frames go out in one write each,
//! between the marks of a synchronized update, so that no half frame is seen; the picture
//! that the terminal draws itself goes out behind its frame, and only when it is not
//! there already.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode, window_size,
};
use crossterm::{cursor, execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::{Buffer, CellDiffOption};
use ratatui::layout::{Position, Rect};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::tui::graphics::{Dots, Graphic};

/// Clicks and drags with SGR positions; crossterm's own switch adds any-motion reports,
/// one for each cell the mouse crosses.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1002l\x1b[?1000l";

/// Alt and a letter come as ESC and the letter: xterm and mlterm make it a letter beyond
/// ASCII, which is text. What the user set is saved and restored (Xterm Control Sequences,
/// "XTSAVE", modes 1036 and 1039).
const ALT_ON: &[u8] = b"\x1b[?1036;1039s\x1b[?1036;1039h";
const ALT_OFF: &[u8] = b"\x1b[?1036;1039r";

const FRAME_BEGINS: &[u8] = b"\x1b[?2026h";
const FRAME_ENDS: &[u8] = b"\x1b[?2026l";

static ENTERED: AtomicBool = AtomicBool::new(false);
/// What takes away the picture that is on screen; `None`: there is none.
static DRAWN: Mutex<Option<&'static [u8]>> = Mutex::new(None);
/// What panicked behind the screen.
static UNSAID: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The terminal in full-screen mode; dropped, it is as it was before.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Frame>>,
    frame: Frame,
    /// The picture on screen, and the screen's size then.
    drawn: Option<(Placed, Rect)>,
}

/// A picture that the terminal draws over these cells.
#[derive(Clone, Debug)]
pub struct Placed {
    pub area: Rect,
    pub graphic: Arc<Graphic>,
}

impl PartialEq for Placed {
    fn eq(&self, other: &Placed) -> bool {
        self.area == other.area && Arc::ptr_eq(&self.graphic, &other.graphic)
    }
}

/// Collects a frame's bytes: ratatui flushes in the middle of a frame, and each flush
/// would be a write of its own.
#[derive(Clone, Default)]
struct Frame(Rc<RefCell<Vec<u8>>>);

impl Screen {
    /// # Errors
    /// Standard output is no terminal, or it went away.
    pub fn enter() -> io::Result<Screen> {
        restore_on_panic();
        switch_on()?;
        let frame = Frame::default();
        let terminal = Terminal::new(CrosstermBackend::new(frame.clone()))?;
        Ok(Screen {
            terminal,
            frame,
            drawn: None,
        })
    }

    /// Draws one frame, with a picture over it, and writes what differs from the last.
    ///
    /// Another picture or none: all is cleared and written anew, because some terminals
    /// (Konsole 22.12: sixels, inline images) leave a picture where characters are
    /// written over it.
    pub fn draw(
        &mut self,
        picture: Option<Placed>,
        render: impl FnOnce(&mut ratatui::Frame),
    ) -> io::Result<()> {
        let screen = self.area()?;
        // Between a new size and the word of it the two may differ.
        let wanted = picture
            .filter(|picture| screen.intersection(picture.area) == picture.area)
            .map(|picture| (picture, screen));
        let stays = wanted == self.drawn;
        if !stays {
            self.frame
                .write_all(on_screen().take().unwrap_or_default())?;
            self.clear()?;
        }
        self.terminal.draw(|frame| {
            render(frame);
            apart(frame.buffer_mut());
            if let Some((picture, _)) = wanted.as_ref().filter(|_| stays) {
                cover(frame.buffer_mut(), picture.area);
            }
        })?;
        if let Some((Placed { area, graphic }, _)) = wanted.as_ref().filter(|_| !stays) {
            queue!(
                self.frame,
                cursor::SavePosition,
                cursor::MoveTo(area.x, area.y)
            )?;
            self.frame.write_all(&graphic.bytes)?;
            queue!(self.frame, cursor::RestorePosition)?;
            *on_screen() = Some(graphic.images.removes());
        }
        self.drawn = wanted;
        let mut bytes = self.frame.0.borrow_mut();
        let mut out = io::stdout().lock();
        out.write_all(FRAME_BEGINS)?;
        out.write_all(&bytes)?;
        out.write_all(FRAME_ENDS)?;
        out.flush()?;
        bytes.clear();
        Ok(())
    }

    /// Gives the terminal to another program for a while.
    pub fn lend<T>(&mut self, program: impl FnOnce() -> T) -> io::Result<T> {
        switch_off();
        let answer = program();
        switch_on()?;
        self.drawn = None;
        self.clear()?;
        Ok(answer)
    }

    /// All is drawn again, as after a resize. ratatui's clear() would ask the terminal
    /// where its cursor is, and fail where no answer comes within two seconds.
    fn clear(&mut self) -> io::Result<()> {
        let area = self.area()?;
        self.terminal.resize(area)
    }

    fn area(&self) -> io::Result<Rect> {
        Ok(Rect::from((Position::ORIGIN, self.terminal.size()?)))
    }

    /// Writes a sequence that draws nothing, such as a clipboard's.
    pub fn send(&mut self, sequence: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(sequence)?;
        out.flush()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        switch_off();
        for words in unsaid().drain(..) {
            // Standard error may be closed; there is no other place to say it.
            let _ = writeln!(io::stderr(), "sockeye: {words}");
        }
    }
}

/// Pixels of a cell, where the terminal says (`TIOCGWINSZ`).
pub fn cell() -> Option<Dots> {
    let size = window_size().ok()?;
    let cell = Dots {
        width: size.width.checked_div(size.columns)?,
        height: size.height.checked_div(size.rows)?,
    };
    // Less is no cell that letters fit into; more would be one on a wall.
    let sane = (2..=256).contains(&cell.width) && (2..=256).contains(&cell.height);
    sane.then_some(cell)
}

/// A letter with what hangs on it in each cell: of several in one cell, of which Thai,
/// Devanagari and flags are made, ratatui takes the first cell back and the terminal
/// leaves the others. The bytes that go out are the same.
fn apart(buffer: &mut Buffer) {
    for at in 0..buffer.content.len() {
        let symbol = buffer.content[at].symbol();
        // Two of several columns take four bytes at least.
        if symbol.len() < 4 || symbol.chars().count() < 2 {
            continue;
        }
        let cell = buffer.content[at].clone();
        let columns: usize = letters(cell.symbol()).map(UnicodeWidthStr::width).sum();
        if columns != cell.symbol().width() {
            continue;
        }
        let mut column = 0;
        for letter in letters(cell.symbol()) {
            if let Some(to) = buffer.content.get_mut(at + column) {
                to.clone_from(&cell);
                to.set_symbol(letter);
            }
            column += letter.width();
        }
    }
}

/// Parts of a cell's text that have columns of their own.
fn letters(symbol: &str) -> impl Iterator<Item = &str> {
    let mut rest = symbol;
    std::iter::from_fn(move || {
        let mut chars = rest.char_indices().skip(1);
        let next = chars.find(|(_, c)| c.width().is_some_and(|columns| columns > 0));
        let (letter, after) = rest.split_at(next.map_or(rest.len(), |(at, _)| at));
        rest = after;
        (!letter.is_empty()).then_some(letter)
    })
}

/// These cells are the picture's: characters are not written over it.
fn cover(buffer: &mut Buffer, area: Rect) {
    for at in area.positions() {
        if let Some(cell) = buffer.cell_mut(at) {
            cell.set_diff_option(CellDiffOption::Skip);
        }
    }
}

impl Write for Frame {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn switch_on() -> io::Result<()> {
    enable_raw_mode()?;
    ENTERED.store(true, Ordering::SeqCst);
    let mut out = io::stdout().lock();
    execute!(out, EnterAlternateScreen, EnableBracketedPaste)?;
    out.write_all(ALT_ON)?;
    // GNU screen 4.9 holds a lone Esc back until the next key while the mouse reports.
    if std::env::var_os("STY").is_none() {
        out.write_all(MOUSE_ON)?;
    }
    out.flush()
}

/// Undoes [`switch_on`]; the second call does nothing. A terminal that has gone away
/// cannot be told, and there is nobody to tell of that.
fn switch_off() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout().lock();
    let _ = out.write_all(FRAME_ENDS);
    if let Some(removes) = on_screen().take() {
        let _ = out.write_all(removes);
        let _ = queue!(out, Clear(ClearType::All));
    }
    let _ = out.write_all(MOUSE_OFF);
    let _ = out.write_all(ALT_OFF);
    let _ = execute!(
        out,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = out.flush();
    let _ = disable_raw_mode();
}

/// The panic's message goes to the screen the user had before. In another thread than the
/// screen's own it ends only that thread's work: the screen stays, and the message waits
/// until it is left.
fn restore_on_panic() {
    let ours = std::thread::current().id();
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == ours || !ENTERED.load(Ordering::SeqCst) {
            switch_off();
            before(info);
        } else {
            unsaid().push(info.to_string());
        }
    }));
}

fn on_screen() -> MutexGuard<'static, Option<&'static [u8]>> {
    DRAWN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unsaid() -> MutexGuard<'static, Vec<String>> {
    UNSAID.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_letter_has_its_cell() {
        for (text, want) in [
            ("abc", &["a", "b", "c", " ", " "][..]),
            ("e\u{301}x", &["e\u{301}", "x", " ", " ", " "]),
            ("日本", &["日", " ", "本", " ", " "]),
            ("กำx", &["ก", "ำ", "x", " ", " "]),
            ("हि", &["ह", "ि", " ", " ", " "]),
            ("क्षि", &["क्", "ष", "ि", " ", " "]),
            ("🇩🇪x", &["🇩", "🇪", "x", " ", " "]),
            ("👍🏽x", &["👍🏽", " ", "x", " ", " "]),
            ("😀x", &["😀", " ", "x", " ", " "]),
        ] {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 5, 1));
            buffer.set_string(0, 0, text, ratatui::style::Style::new());
            apart(&mut buffer);
            let cells: Vec<&str> = buffer.content.iter().map(|cell| cell.symbol()).collect();
            assert_eq!(cells, want, "{text}");
        }
    }
}
