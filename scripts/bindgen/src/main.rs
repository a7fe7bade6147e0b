//! Makes the JavaScript beside the browser's half, as the command `wasm-bindgen --target web` does.
//!
//!     bindgen INPUT.wasm FOLDER NAME
//!
//! The command itself comes with a test runner, a web server and an HTTP client, which take two minutes to build. What
//! it does is in a library, and that is all we need of it.

use anyhow::Context as _;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(input), Some(folder), Some(name), None) =
        (arguments.next(), arguments.next(), arguments.next(), arguments.next())
    else {
        anyhow::bail!("usage: bindgen INPUT.wasm FOLDER NAME");
    };
    Bindgen::new()
        .input_path(&input)
        .out_name(&name)
        .web(true)
        .and_then(|bindgen| {
            bindgen.typescript(false).remove_name_section(true).remove_producers_section(true).generate(&folder)
        })
        .with_context(|| format!("binding {input}"))
}
