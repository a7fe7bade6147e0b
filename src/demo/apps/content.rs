//! What the demo's apps show. Everything here is made up.

/// A state: how it is coloured (a class of the style sheet), and the word.
type State = (&'static str, &'static str);

const GOOD: &str = "good";
const WAIT: &str = "wait";
const BAD: &str = "bad";
const PLAIN: &str = "plain";

/// A drawing under review.
pub(in crate::demo) struct Drawing {
    pub(in crate::demo) name: &'static str,
    pub(in crate::demo) revision: &'static str,
    /// The strokes, as an SVG path in a box of 160 by 90.
    pub(in crate::demo) path: &'static str,
    pub(in crate::demo) state: State,
}

/// An app's page.
pub(in crate::demo) struct Content {
    pub(in crate::demo) tab: &'static str,
    pub(in crate::demo) heading: &'static str,
    pub(in crate::demo) lead: &'static str,
    pub(in crate::demo) columns: &'static [&'static str],
    pub(in crate::demo) rows: &'static [(&'static [&'static str], State)],
    pub(in crate::demo) drawings: &'static [Drawing],
}

const fn table(
    tab: &'static str,
    heading: &'static str,
    lead: &'static str,
    columns: &'static [&'static str],
    rows: &'static [(&'static [&'static str], State)],
) -> Content {
    Content { tab, heading, lead, columns, rows, drawings: &[] }
}

/// The page of an app.
pub(in crate::demo) fn of(key: &str) -> Content {
    match key {
        "design-review" => Content {
            tab: "Drawings",
            heading: "Aurora building",
            lead: "3 drawings under review.",
            columns: &[],
            rows: &[],
            drawings: &[
                Drawing {
                    name: "A-101 Ground floor",
                    revision: "Revision C",
                    path: "M10 12h140v66H10zM60 12v30M60 56v22M60 42h36M110 12v66M110 50h40M24 78v-6h14v6",
                    state: (WAIT, "3 open comments"),
                },
                Drawing {
                    name: "A-201 North elevation",
                    revision: "Revision B",
                    path: "M14 78V36l32-20 32 20v42M78 42h68v36M6 78h148M26 78V58h14v20M56 46h12v12H56zM92 52h10v12H92z\
                           M112 52h10v12h-10zM132 52h8v12h-8z",
                    state: (GOOD, "Approved"),
                },
                Drawing {
                    name: "S-310 Timber frame, axis 4",
                    revision: "Revision A",
                    path: "M16 78V30L80 10l64 20v48M16 30h128M48 78V20M112 78V20M16 78l32-48 32 48 32-48 32 48M80 10v68",
                    state: (WAIT, "1 open comment"),
                },
            ],
        },
        "calendar" => table(
            "This week",
            "This week",
            "5 meetings.",
            &["When", "What", "Where"],
            &[
                (&["Monday 09:00", "Week ahead", "Oak room"], (GOOD, "Accepted")),
                (&["Tuesday 10:30", "Aurora site walk", "Harbour Street 4"], (GOOD, "Accepted")),
                (&["Wednesday 14:00", "Timber deliveries", "Birch room"], (WAIT, "Not answered")),
                (&["Thursday 11:00", "Lunch with Studio North", "Canteen"], (GOOD, "Accepted")),
                (&["Friday 15:00", "Show and tell", "Workshop"], (WAIT, "Not answered")),
            ],
        ),
        "travel" => table(
            "Trips",
            "Your trips",
            "3 trips, 1 to be approved.",
            &["Trip", "Dates", "Booked"],
            &[
                (&["Gothenburg, sawmill visit", "2 to 3 December", "Train, 1 night"], (GOOD, "Booked")),
                (&["Vienna, timber fair", "14 to 16 January", "Night train, 2 nights"], (WAIT, "To be approved")),
                (&["Lyon, Atelier Roux", "6 October", "Train"], (PLAIN, "Done")),
            ],
        ),
        "files" => table(
            "Shared",
            "Shared with you",
            "5 documents.",
            &["Name", "Owner", "Size"],
            &[
                (&["Aurora handbook.pdf", "Ana Ruiz", "4.1 MB"], (PLAIN, "Read only")),
                (&["House style 2026.odt", "Chiara Conti", "380 KB"], (GOOD, "You can edit")),
                (&["Site photos, week 46", "David Okafor", "212 MB"], (GOOD, "You can edit")),
                (&["Safety briefing.pdf", "Henrik Sørensen", "1.2 MB"], (PLAIN, "Read only")),
                (&["Canteen menu.pdf", "Lena Lee", "90 KB"], (PLAIN, "Read only")),
            ],
        ),
        "help-desk" => table(
            "Tickets",
            "Your tickets",
            "2 open.",
            &["Ticket", "About", "Last answer"],
            &[
                (&["1042", "Projector in the Oak room flickers", "Today, Farid Haddad"], (WAIT, "In work")),
                (&["1038", "New phone", "Yesterday, Farid Haddad"], (WAIT, "Ordered")),
                (&["0997", "Drawing viewer does not print", "Last week, Ben Carter"], (GOOD, "Solved")),
            ],
        ),
        "expenses" => table(
            "Claims",
            "Your claims",
            "1 waits for a receipt.",
            &["What", "When", "Amount"],
            &[
                (&["Train to Gothenburg", "12 November", "€ 84.00"], (GOOD, "Paid")),
                (&["Lunch with Studio North", "18 November", "€ 61.50"], (WAIT, "Being checked")),
                (&["Measuring tape", "19 November", "€ 23.90"], (BAD, "Receipt missing")),
            ],
        ),
        "site-diary" => table(
            "Entries",
            "Harbour Street 4",
            "Written every evening.",
            &["Day", "What happened", "By"],
            &[
                (&["20 November", "Axis 4 to 6 raised, crane until 16:00", "David Okafor"], (GOOD, "No incidents")),
                (&["19 November", "Delivery of glued beams, two with cracks", "Ana Ruiz"], (BAD, "Claim opened")),
                (&["18 November", "Wind above 50 km/h, no lifting", "David Okafor"], (WAIT, "Half a day lost")),
                (&["17 November", "Ground floor slab released", "Omar Owner"], (GOOD, "No incidents")),
            ],
        ),
        "project-budget" => table(
            "Aurora",
            "Aurora, by trade",
            "In thousands of euros, up to last Friday.",
            &["Trade", "Planned", "Spent", "Left"],
            &[
                (&["Timber frame", "1,240", "890", "350"], (GOOD, "On plan")),
                (&["Foundations", "410", "433", "-23"], (BAD, "Over")),
                (&["Windows", "620", "120", "500"], (GOOD, "On plan")),
                (&["Electrical", "380", "95", "285"], (WAIT, "Offer open")),
            ],
        ),
        "timber-library" => table(
            "Stock",
            "In stock nearby",
            "From 3 suppliers.",
            &["Species", "Grade", "Supplier"],
            &[
                (&["Spruce, glued", "GL 28h", "Nordsåg"], (GOOD, "140 m³")),
                (&["Larch, planks", "C 24", "Holz Brandner"], (GOOD, "38 m³")),
                (&["Oak, air dried", "D 30", "Scierie du Lac"], (WAIT, "From January")),
                (&["Birch plywood", "BB/CP", "Nordsåg"], (BAD, "Sold out")),
            ],
        ),
        "front-desk" => table(
            "Today",
            "Expected today",
            "4 visitors.",
            &["Who", "From", "Meets"],
            &[
                (&["Mira Kovač", "Studio North", "John Doe"], (GOOD, "Arrived 09:12")),
                (&["Tom Baker", "Baker Engineering", "Ana Ruiz"], (WAIT, "Expected 11:00")),
                (&["Aiko Mori", "Mori Lighting", "John Doe"], (WAIT, "Expected 13:30")),
                (&["Parcel service", "Two pallets", "Front desk"], (WAIT, "Expected 15:00")),
            ],
        ),
        "invoices" => table(
            "To approve",
            "To approve",
            "3 invoices.",
            &["From", "Number", "Amount"],
            &[
                (&["Nordsåg AB", "2026-1187", "€ 48,200.00"], (WAIT, "Due in 9 days")),
                (&["Kran & Co", "K-5531", "€ 3,940.00"], (BAD, "Due yesterday")),
                (&["Studio North", "0912", "€ 12,600.00"], (WAIT, "Due in 21 days")),
            ],
        ),
        "recruiting" => table(
            "Positions",
            "Open positions",
            "3 positions.",
            &["Position", "Where", "Applied"],
            &[
                (&["Structural engineer", "Harbour Street", "14 people"], (WAIT, "Interviews")),
                (&["Carpenter, apprentice", "Workshop", "31 people"], (GOOD, "Offer sent")),
                (&["Office manager", "Front office", "6 people"], (WAIT, "New")),
            ],
        ),
        _ => table("Start", "Nothing here yet", "This app has just been added to the demo.", &[], &[]),
    }
}
