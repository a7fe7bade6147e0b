//! Sees to it that the compiler is told what `.cargo/config.toml` says, and that the server is built again when the site
//! it embeds has changed.

use std::process::ExitCode;

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=target/site");
    // Cargo takes flags from one place only, and says nothing of the others.
    if std::env::var_os("CARGO_CFG_ERASE_COMPONENTS").is_none() {
        println!(
            "cargo::error=The compiler was not told `--cfg erase_components`, as .cargo/config.toml says: RUSTFLAGS, \
             CARGO_ENCODED_RUSTFLAGS or `target.….rustflags` of another configuration has replaced it. Unset those, or \
             add `--cfg erase_components` to them."
        );
        return ExitCode::FAILURE;
    }
    // The folder has to exist for the embedding macro; a build without the browser's half has an empty one.
    let site = std::path::Path::new("target/site");
    if let Err(error) = std::fs::create_dir_all(site) {
        println!("cargo::warning=cannot create {}: {error}", site.display());
    }
    ExitCode::SUCCESS
}
