//! The panel as browsers and programs meet it: the real router on a real listener.

mod anonymous;
mod believed;
mod browser;
mod bulk;
mod commands;
mod cross_site;
mod demo_process;
mod doors;
mod forms;
mod groups;
mod guests;
mod headers;
mod hostile;
mod html;
mod mail_commands;
mod panel;
mod permissions;
mod queries;
mod redirects;
mod requests;
mod rules;
mod sign_in;
