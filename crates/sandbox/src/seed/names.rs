//! Words for demo stores. All invented; no line is taken from real people.

/// First names, from many places, with what texts have to endure.
pub(super) const FIRST: &[&str] = &[
    "Ada",
    "Mika",
    "Zoë",
    "Jürgen",
    "Søren",
    "Chloé",
    "Łucja",
    "Nuño",
    "Amara",
    "Kofi",
    "Priya",
    "Arjun",
    "美咲",
    "健太",
    "小雨",
    "子轩",
    "서연",
    "민준",
    "Olena",
    "Dmytro",
    "Fatima",
    "Yusuf",
    "Noa",
    "Eitan",
    "Maeve",
    "Declan",
    "Björk",
    "Åsa",
    "Thandi",
    "Sipho",
    "Lucía",
    "Mateo",
    "Inês",
    "João",
    "Grace",
    "Walter",
    "Imani",
    "Elif",
    "Cem",
    "Anaïs",
    "Rosa",
    "Hugo",
    "Petra",
    "Otto",
    "Freya",
    "Nils",
    "Ivy",
    "Theo",
    "Mei",
    "Luca",
    "Sunny 🌻",
    "D'Arcy",
    "Jean-Luc",
    "Ana María",
];

/// Last names.
pub(super) const LAST: &[&str] = &[
    "King",
    "Müller",
    "Ó Briain",
    "O'Hara",
    "Nguyễn",
    "Kowalczyk",
    "Ferreira",
    "Okafor",
    "Mensah",
    "Sharma",
    "Iyer",
    "山田",
    "佐藤",
    "王",
    "李",
    "김",
    "박",
    "Shevchenko",
    "Haddad",
    "Demir",
    "Cohen",
    "Murphy",
    "Jónsdóttir",
    "Lindqvist",
    "Dlamini",
    "Nkosi",
    "García",
    "Peña",
    "Silva",
    "Conceição",
    "Whitfield",
    "Baptiste",
    "Le Goff",
    "Rossi",
    "Novák",
    "Schäfer",
    "Holm",
    "Field",
    "Abernathy",
    "Van der Berg",
    "St. James",
    "Ito-Smith",
    "Quill",
    "Marsh",
    "Penrose",
    "Vale",
];

/// A place that things are sent to.
#[derive(Debug, Clone, Copy)]
pub(super) struct PostalPlace {
    pub(super) city: &'static str,
    pub(super) province: &'static str,
    pub(super) zip: &'static str,
    pub(super) country: &'static str,
}

const fn place(
    city: &'static str,
    province: &'static str,
    zip: &'static str,
    country: &'static str,
) -> PostalPlace {
    PostalPlace {
        city,
        province,
        zip,
        country,
    }
}

/// Places, most of them in the United States.
pub(super) const PLACES: &[PostalPlace] = &[
    place("Los Angeles", "California", "90404", "US"),
    place("Portland", "Oregon", "97205", "US"),
    place("Austin", "Texas", "78702", "US"),
    place("Brooklyn", "New York", "11215", "US"),
    place("Chicago", "Illinois", "60614", "US"),
    place("Denver", "Colorado", "80203", "US"),
    place("Seattle", "Washington", "98103", "US"),
    place("Stratford", "Connecticut", "06614", "US"),
    place("Nashville", "Tennessee", "37206", "US"),
    place("Minneapolis", "Minnesota", "55408", "US"),
    place("Toronto", "Ontario", "M5V 2T6", "CA"),
    place("Montréal", "Quebec", "H2W 1S4", "CA"),
    place("London", "England", "SW1Y 4JH", "GB"),
    place("Zürich", "Zürich", "8004", "CH"),
    place("München", "Bayern", "80331", "DE"),
    place("東京", "東京都", "150-0001", "JP"),
    place("Melbourne", "Victoria", "3065", "AU"),
];

/// Streets.
pub(super) const STREETS: &[&str] = &[
    "Washington Street",
    "Barnum Ave",
    "Ocean Front Walk",
    "Maple Lane",
    "St James Sq",
    "Hawthorne Blvd",
    "Mission Street",
    "Elm Court",
    "Königstraße",
    "Rue de l'Église",
    "Highland Park Road",
    "Bluebell Way",
    "Cannery Row",
    "Third Avenue",
    "Orchard Hill",
];

/// Why subscriptions are cancelled.
pub(super) const REASONS: &[&str] = &[
    "I already have more than I need",
    "This is too expensive",
    "I want a different product or variety",
    "I no longer use this product",
    "moved away",
    "This was created by accident",
];

/// A name in the letters that email addresses have; what has none is left out.
pub(super) fn plain(name: &str) -> String {
    let mut out = String::new();
    for letter in name.to_lowercase().chars() {
        match letter {
            'a'..='z' => out.push(letter),
            'á' | 'à' | 'ã' | 'å' => out.push('a'),
            'ä' => out.push_str("ae"),
            'é' | 'è' | 'ë' | 'ê' | 'ễ' => out.push('e'),
            'í' | 'ï' => out.push('i'),
            'ł' => out.push('l'),
            'ñ' => out.push('n'),
            'ó' | 'ô' | 'õ' => out.push('o'),
            'ö' | 'ø' => out.push_str("oe"),
            'ú' => out.push('u'),
            'ü' => out.push_str("ue"),
            'ç' => out.push('c'),
            _ => {}
        }
    }
    out
}
