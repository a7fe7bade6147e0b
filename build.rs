//! Sees to it that the server is built again when the site it embeds has changed.

fn main() {
    // The folder has to exist for the embedding macro; a build without the browser's half has an empty one.
    let site = std::path::Path::new("target/site");
    if let Err(error) = std::fs::create_dir_all(site) {
        println!("cargo::warning=cannot create {}: {error}", site.display());
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=target/site");
}
