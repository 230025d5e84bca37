"""Businesses to try the themes on: rich and poor in facts, in six languages, with wishes for colours."""

from ai.business import Business, Contacts, Hours, Item, Place, Price, Style


def price(amount: float, currency: str | None = "EUR", **more: object) -> Price:
    return Price.model_validate({"amount": amount, "currency": currency, **more})


def items(*pairs: tuple[str, float | None]) -> list[Item]:
    return [Item(name=name, price=None if amount is None else price(amount)) for name, amount in pairs]


SAMPLES: dict[str, Business] = {
    "bakery": Business(
        name="Aurora",
        trade="bakery",
        trade_words="sourdough bakery",
        place=Place(city="Porto", street="Rua das Flores 21"),
        offer=items(("Sourdough loaf", 4.5), ("Butter croissant", 1.8), ("Cinnamon roll", 2.4), ("Rye bread", 5)),
        hours=[
            Hours(days=["tue", "wed", "thu", "fri"], opens="07:00", closes="18:00"),
            Hours(days=["sat"], opens="08:00", closes="14:00"),
            Hours(days=["mon", "sun"], closed=True),
        ],
        contacts=Contacts(
            phone="+351 22 123 4567", email="ola@aurora.example", social={"instagram": "@aurora.porto"}
        ),
        style=Style(adjectives=["warm"]),
        since=2016,
        people=["Ana", "João"],
    ),
    "sparse": Business(trade="bakery", place=Place(city="Porto")),
    "dentist": Business(
        name="Praxis Dr. Lindner",
        trade="dentist",
        language="de",
        place=Place(city="Freiburg", street="Kaiserstraße 40"),
        offer=[
            Item(name="Prophylaxe"),
            Item(name="Implantate"),
            Item(name="Kinderzahnheilkunde"),
            Item(name="Bleaching", price=price(250, at_least=True)),
        ],
        hours=[
            Hours(days=["mon", "tue", "thu"], opens="08:00", closes="12:00"),
            Hours(days=["mon", "tue", "thu"], opens="14:00", closes="18:00"),
            Hours(days=["wed", "fri"], opens="08:00", closes="13:00"),
        ],
        contacts=Contacts(phone="0761 555 0123", email="praxis@lindner.example"),
        style=Style(colors=["türkis", "weiß"], adjectives=["ruhig"]),
        features=["booking", "faq"],
    ),
    "bikes": Business(
        name="Spoke & Chain",
        trade="bike shop",
        place=Place(city="Bristol"),
        tagline="Bikes fixed while you have a coffee",
        offer=[
            Item(name="Puncture repair", price=price(12, "GBP")),
            Item(name="Full service", price=price(65, "GBP")),
            Item(name="Bike hire", price=price(20, "GBP", unit="day")),
            Item(name="Second-hand bikes", note="Checked over in our own workshop"),
        ],
        hours=[Hours(days=["mon", "tue", "wed", "thu", "fri", "sat"], opens="09:00", closes="17:30")],
        contacts=Contacts(phone="0117 496 0000"),
        style=Style(colors=["blue", "white"], adjectives=["playful"]),
    ),
    "yoga": Business(
        name="Stillwater",
        trade="yoga",
        trade_words="yoga studio",
        place=Place(city="Asheville", region="North Carolina"),
        offer=[
            Item(name="Morning flow"),
            Item(name="Yin yoga"),
            Item(name="Prenatal yoga"),
            Item(name="Drop-in class", price=price(18, "USD")),
        ],
        contacts=Contacts(email="hello@stillwater.example"),
        style=Style(colors=["sage green"], adjectives=["calm", "minimal"]),
        features=["about", "contact_form", "gallery"],
        people=["Maya Torres"],
    ),
    "pizzeria": Business(
        name="Da Enzo",
        trade="pizzeria",
        language="it",
        place=Place(city="Napoli", street="Via dei Tribunali 120"),
        offer=items(
            *(
                (name, 6 + n * 0.5)
                for n, name in enumerate(
                    (
                        "Margherita",
                        "Marinara",
                        "Diavola",
                        "Quattro Stagioni",
                        "Capricciosa",
                        "Bufala",
                        "Ortolana",
                        "Salsiccia e friarielli",
                        "Tonno e cipolla",
                        "Calzone",
                        "Bianca",
                        "Nutella",
                        "Tiramisù",
                        "Acqua",
                        "Birra",
                    )
                )
            )
        ),
        hours=[Hours(opens="18:00", closes="23:30"), Hours(days=["tue"], closed=True)],
        contacts=Contacts(phone="+39 081 555 0199"),
        features=["menu", "prices", "map"],
        since=1987,
    ),
    "barber": Business(
        name="Black Fern",
        trade="barbershop",
        place=Place(city="Wellington"),
        offer=[
            Item(name="Haircut", price=price(45, "NZD")),
            Item(name="Beard trim", price=price(25, "NZD")),
            Item(name="Hot towel shave", price=price(40, "NZD")),
        ],
        style=Style(colors=["black", "green"], adjectives=["elegant"]),
        contacts=Contacts(phone="04 555 0101"),
        hours=[
            Hours(days=["thu", "fri"], opens="10:00", closes="20:00"),
            Hours(days=["sat"], opens="09:00", closes="16:00"),
        ],
        features=["testimonials"],
    ),
    "florist": Business(
        name="Les Herbes Folles",
        trade="florist",
        language="fr",
        place=Place(city="Lyon", street="12 rue de la Charité"),
        offer=[
            Item(name="Bouquets de saison", price=price(25, at_least=True)),
            Item(name="Fleurs séchées"),
            Item(name="Mariages"),
            Item(name="Abonnement", price=price(39, unit="mois")),
        ],
        hours=[Hours(days=["tue", "wed", "thu", "fri", "sat"], opens="09:30", closes="19:00")],
        contacts=Contacts(phone="04 78 55 01 23", social={"instagram": "herbesfolles"}),
        style=Style(colors=["pink", "dark green"], adjectives=["romantique"]),
    ),
    "plumber": Business(
        name="Costa Plumbing",
        trade="plumber",
        place=Place(city="Leeds"),
        contacts=Contacts(phone="0113 496 0123"),
        offer=[Item(name="Boiler repair"), Item(name="Leaks"), Item(name="Bathroom fitting")],
        style=Style(adjectives=["professional"]),
    ),
    "books": Business(
        name="El Gato Negro",
        trade="bookshop",
        language="es",
        place=Place(city="Sevilla"),
        tagline="Libros nuevos y de segunda mano",
        hours=[
            Hours(days=["mon", "tue", "wed", "thu", "fri"], opens="10:00", closes="14:00"),
            Hours(days=["mon", "tue", "wed", "thu", "fri"], opens="17:00", closes="20:30"),
        ],
        offer=[Item(name="Novela"), Item(name="Poesía"), Item(name="Libros infantiles")],
        since=1999,
    ),
    "photo": Business(
        name="Nadia Rehm",
        trade="photographer",
        place=Place(city="Rotterdam"),
        offer=[
            Item(name="Portraits", price=price(180)),
            Item(name="Weddings", price=price(1400, at_least=True)),
            Item(name="Product photos", price=price(90, unit="hour")),
        ],
        contacts=Contacts(email="studio@rehm.example", website="rehm.example"),
        style=Style(adjectives=["minimal"], dark=True),
        features=["gallery", "contact_form"],
    ),
    "pets": Business(
        name="Muddy Paws",
        trade="dog grooming",
        place=Place(city="Galway"),
        offer=items(("Wash and dry", 35), ("Full groom", 60), ("Nail clipping", 12)),
        style=Style(colors=["turquoise", "orange"], adjectives=["fun"]),
        contacts=Contacts(phone="091 555 018"),
    ),
    "music": Business(
        name="Escola Ré Maior",
        trade="music school",
        language="pt",
        place=Place(city="Coimbra"),
        offer=[Item(name="Piano"), Item(name="Guitarra", price=price(20, unit="hora")), Item(name="Violino")],
        people=["Rui"],
        contacts=Contacts(phone="239 555 010"),
    ),
    "nothing": Business(),
    "contactless": Business(
        name="Ironwood Joinery", trade="carpenter", features=["contact_form", "map", "hours", "prices", "about"]
    ),
    "cafe": Business(
        name="Kaffeewerk",
        trade="cafe",
        language="de",
        place=Place(city="Leipzig", street="Karl-Heine-Straße 5"),
        offer=items(
            ("Espresso", 2.2), ("Cappuccino", 3.4), ("Filterkaffee", 3), ("Käsekuchen", 4.2), ("Frühstück", 9.5)
        ),
        hours=[Hours(opens="08:00", closes="18:00")],
        style=Style(colors=["braun", "creme"], adjectives=["gemütlich"]),
    ),
}
