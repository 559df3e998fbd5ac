//! The full-screen browser.

/// Runs the browser on a URL, or on its start page, until the user quits.
pub fn run(url: Option<&str>) -> anyhow::Result<()> {
    let _ = url;
    anyhow::bail!("the browser is being built")
}
