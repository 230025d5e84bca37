"""How owners write and talk, topic by topic: what must be understood, and what must not be made up.

A row is a text, the facts that must be found and those that must not, as "city austin | trade barbershop"; a
field alone after the text, as "city", means that none of that field may be found.
"""

from collections.abc import Iterator

import pytest

# ruff: noqa: E501 (a row is one line)
from ai.brief import understand
from ai.business import Business, Item

Row = tuple[str, str, str]

NAMES: list[Row] = [
    ("We're Mo's Cuts, barbers in Peckham, London.", "name Mo's Cuts | trade barbershop | city London", ""),
    ("joe's tacos, austin, 11-10 daily", "name Joe's Tacos | city Austin", "name Austin"),
    ("mo's cuts. barbers, peckham, london. 118 rye lane.", "name Mo's Cuts | street 118 Rye Lane", ""),
    ("Hi! I have a small bakery called The Rolling Pin in Leeds.", "name The Rolling Pin | city Leeds", ""),
    ("Fern & Fable is a bookshop in Hay-on-Wye.", "name Fern & Fable | trade bookstore", ""),
    ("Name: Atelier 21\nTrade: hairdresser", "name Atelier 21 | trade hair_salon", ""),
    ("the shop's name is copper kettle and we are a tea room in york", "name Copper Kettle | trade cafe", ""),
    ("I'm a plumber in Derby trading as Pipe Dreams.", "name Pipe Dreams | trade plumbing_company | city Derby", ""),
    ("Our salon, Shear Delight, needs a new website.", "name Shear Delight", ""),
    ("Please build a site for O'Malley's Pub.", "name O'Malley's Pub | trade bar", ""),
    ("Business name - Oak & Ivory Events\nOwner - Danielle Prewitt", "name Oak & Ivory Events", "name Danielle Prewitt"),
    ("I teach yoga and I finally have my own studio, Spine & Dandy, in Asheville.", "name Spine & Dandy", ""),
    ("it's a second-hand bookshop, Dog-Eared, at 3 Harbour Road in Wigtown.", "trade bookstore", ""),
    ("We run a nail bar named Tip Top Talons.", "name Tip Top Talons | trade beauty_salon", ""),
    ("Café Zoë. Coffee and cakes. Ghent.", "name Café Zoë | city Ghent", ""),
    ("The company is called Green Side Up and we do gardens.", "name Green Side Up", ""),
    ("so we're a pet shop and the name is furry business", "name Furry Business | trade pet_shop", ""),
    ("Studio 54 Fitness is a gym in Cardiff.", "name Studio 54 Fitness | trade gym | city Cardiff", ""),
    ("my business is called warm front heating er we fit radiators", "name Warm Front Heating", ""),
    ("okay so the business is called paper moon weddings um full day coverage is 2400 euros", "name Paper Moon Weddings", ""),
    ("We go by Salt House Pottery.", "name Salt House Pottery", ""),
    ("our little cafe is known as the daily grind", "name The Daily Grind | trade cafe", ""),
    ("Velo Verde | bike repairs | Utrecht", "name Velo Verde | city Utrecht", ""),
    ("electrician, sheffield. rewires, fuse boards. 07700 900 871", "trade electrician | city Sheffield", "name"),
    ("I need a website for my bakery. We bake bread.", "trade bakery", "name | city"),
    ("We are a family dentist practice, no name yet, leave that open.", "trade dental_clinic", "name"),
    ("i'm a carpenter i don't really have a company name so just leave that i'm based in kilkenny", "city Kilkenny", "name"),
    ("My neighbour runs Bloom Brothers, but we are a different florist: Petal Pushers.", "", "name Bloom Brothers"),
    ("Not Lucky Nut, that's a curry place. We are Loose Nut Cycles.", "name Loose Nut Cycles", "name Lucky Nut"),
    ("flower shop WILD & WOOLLY\nbouquets from 30€", "name Wild & Woolly | trade florist", ""),
    ("My name is Tom and I fix bikes.", "person Tom", "name"),
    ("Tre Fratelli 1962, pizzeria, open from 12 to 22.", "name Tre Fratelli 1962", "since"),
    ("Hello, please make a website for us. We sell cheese in Bath.", "city Bath", "name"),
    ("brick lane beigels. bakery. open 24 hours", "name Brick Lane Beigels | trade bakery", ""),
    ("We're the Old Forge, a gastropub near Ludlow.", "name The Old Forge | city Ludlow", ""),
]  # fmt: skip

CITIES: list[Row] = [
    ("We are a barber shop in Austin, TX.", "city Austin", ""),
    ("French patisserie in Bath, UK", "city Bath | trade bakery", ""),
    ("I moved here from Tucson. Here being Boise, Idaho.", "city Boise", "city Tucson"),
    ("I have a shoe shop. My cousin's shop is in Porto.", "trade shoe_store", "city"),
    ("I trained in New York and now run a hair salon in Asheville.", "city Asheville", "city New York"),
    ("We're a tattoo studio in Santa Cruz, unlike the one in Leeds.", "city Santa Cruz", "city Leeds"),
    ("We're a bakery and we deliver to Bristol and Bath.", "trade bakery", "city"),
    ("Our studio is in Porto, no wait, Lisbon.", "city Lisbon", "city Porto"),
    ("florist in new orleans open every day", "city New Orleans | trade florist", ""),
    ("a small gym in san luis obispo called iron works", "city San Luis Obispo | name Iron Works", ""),
    ("I was a schoolteacher in Leeds for thirty years. Now it's a bookshop at 3 Harbour Road in Wigtown.", "city Wigtown", "city Leeds"),
    ("I was a dancer in New York most of my life. I finally have my own studio in Asheville.", "city Asheville", "city New York"),
    ("When I was in Bristol I had a coffee machine. Our workshop is at 12 Gwydir Street, Cambridge.", "city Cambridge", "city Bristol"),
    ("I learned it from my father in Aleppo. In 2016 I opened my own atelier in Leipzig.", "city Leipzig | since 2016", "city Aleppo"),
    ("Hollow Ash Farm Shop, Stanton Lane, near Ludlow, Shropshire", "city Ludlow | street Stanton Lane", ""),
    ("I take weddings all over the place so please don't put a city.", "", "city"),
    ("Based in: Savannah, Georgia", "city Savannah", ""),
    ("Based in - Savannah, Georgia", "city Savannah", ""),
    ("we're from dublin and we roast coffee", "city Dublin", ""),
    ("Ortiz Jewelers -- Santa Fe NM -- rings", "city Santa Fe", ""),
    ("vet clinic / Perth (the Scottish one)", "city Perth | trade veterinarian", ""),
    ("My wife is from Naples. Our pizzeria is in Ghent.", "city Ghent", "city Naples"),
    ("The beans come from Medellín. We are in Antwerp.", "city Antwerp", "city Medellín"),
    ("I grew up in Oslo and my bakery is in Tromsø.", "city Tromsø", "city Oslo"),
    ("Driving lessons across Swansea and the Gower. Clutch Control, a driving school in Swansea.", "city Swansea", ""),
    ("We ship to New York, Paris and Tokyo.", "", "city"),
    ("There's another Maple Bakery in Toronto, that is not us. We're in Hamilton.", "city Hamilton", "city Toronto"),
    ("yoga studio, Chagford", "city Chagford | trade yoga_studio", ""),
    ("You'll find us in the heart of Stow-on-the-Wold.", "city Stow-on-the-Wold", ""),
    ("I used to work in Milan. My tailor shop is in Graz, Austria.", "city Graz", "city Milan"),
    ("Our London customers love it. The workshop is in Whitby.", "city Whitby", "city London"),
    ("Parisian style bistro in Ghent", "city Ghent", "city Paris"),
    ("We sell Vienna sausages and Berlin doughnuts.", "", "city"),
    ("Address: 9 Mill Road, Oakham. Phone 01572 555 010", "street 9 Mill Road | city Oakham", ""),
]  # fmt: skip

STREETS: list[Row] = [
    ("we're at twelve mill lane in frome", "street 12 Mill Lane | city Frome", ""),
    ("You'll find us at 214 Old Santa Fe Trail.", "street 214 Old Santa Fe Trail", ""),
    ("Sint-Jacobsnieuwstraat 47, 9000 Gent, Belgium", "street Sint-Jacobsnieuwstraat 47 | city Gent", ""),
    ("We are at 5 Quiet Street, just round the corner from Milsom Street.", "street 5 Quiet Street", ""),
    ("The address is forty-two Willow Creek Road.", "street 42 Willow Creek Road", ""),
    ("We're on Lexington Avenue, number 76.", "street Lexington Avenue 76", ""),
    ("on the corner of Pine Street and 4th Avenue", "", "name"),
    ("22 O'Connell Street, Limerick", "street 22 O'Connell Street | city Limerick", ""),
    ("Visit us at 9-11 Tay Street, Perth.", "street 9-11 Tay Street", ""),
    ("Find us at 1820 W Division St, Chicago", "street 1820 W Division St | city Chicago", ""),
    ("Karl-Marx-Allee 12, Berlin", "street Karl-Marx-Allee 12 | city Berlin", ""),
    ("12 rue de la Paix, Paris", "street 12 rue de la Paix | city Paris", ""),
    ("Via Garibaldi 8, Torino", "street Via Garibaldi 8", ""),
    ("our shop is at 7 the green, aldbourne", "street 7 the Green", ""),
    ("Unit 4, Riverside Park, Hexham", "", "name Unit 4"),
    ("the address is 33 saint james parade bristol", "street 33 Saint James Parade | city Bristol", ""),
    ("We moved from 14 Duke Street to 20 King Street.", "street 20 King Street", "street 14 Duke Street"),
    ("We are open 9 to 5. Parking on Station Road.", "", "street 5"),
    ("14 Tombland, Norwich", "city Norwich", ""),
    ("88 Nguyen Hue Boulevard, Houston, TX 77002", "street 88 Nguyen Hue Boulevard | city Houston", ""),
]  # fmt: skip

OFFERS: list[Row] = [
    ("We sell bread, cakes and coffee.", "offer bread | offer cakes | offer coffee", ""),
    ("we do haircuts beard trims and hot shaves", "offer haircuts", ""),
    ("I fix laptops and phones.", "", "offer and phones"),
    ("We specialise in root canals, crowns and veneers.", "offer root canals | offer crowns | offer veneers", ""),
    ("Services: gutter cleaning, roof repairs, chimneys.", "offer gutter cleaning | offer roof repairs | offer chimneys", ""),
    ("- oil change\n- brake check\n- new tyres", "offer oil change | offer brake check | offer new tyres", ""),
    ("Eggs - £3.60 / dozen\nHoney - £6 a jar", "price eggs 3.6 GBP | price honey 6 GBP", ""),
    ("Margherita 9.50\nDiavola 12\nall prices in euro", "price margherita 9.5 EUR | price diavola 12 EUR", ""),
    ("I bake lemon tarts at £4.80, a box of macarons for £21.60, and celebration cakes to order.", "price lemon tarts 4.8 GBP | offer celebration cakes", "price celebration cakes 21.6 GBP"),
    ("root canals: ask us, no price please", "offer root canals", "price root canals 0"),
    ("We repair bikes. We don't do e-bikes.", "offer repair bikes", "offer e-bikes"),
    ("hair salon. cuts, colour, highlights. no perms.", "offer cuts", "offer perms"),
    ("We clean everything except carpets.", "", "offer carpets"),
    ("We sell plants, not pots.", "offer plants", "offer pots"),
    ("I shorten trousers, that is 12 euros, and I change zippers, from 15 euros.", "price shorten trousers 12 EUR | price change zippers 15 EUR", ""),
    ("I make suits, from 690 euros with three fittings.", "price suits 690 EUR", "price three fittings 690 EUR"),
    ("electrician. rewires, fuse boards, ev chargers from £850, £55 call out", "offer rewires | offer fuse boards | price ev chargers 850 GBP | price call out 55 GBP", "price fuse boards 850 GBP"),
    ("skin fade 22 quid, beard 12, kids 15", "price skin fade 22 GBP | price beard 12 GBP | price kids 15 GBP", ""),
    ("There is a forest group and a music group.", "offer forest group | offer music group", ""),
    ("There are about nine thousand paperbacks, most of them £3, hardbacks start at £6.", "price paperbacks 3 GBP | price hardbacks 6 GBP", ""),
    ("Eggs (a dozen) 3.60\nApple juice 4.25 a bottle\nPrices are in pounds.", "price eggs 3.6 GBP | price apple juice 4.25 GBP bottle", ""),
    ("we fit radiators and we do power flushing", "offer fit radiators | offer power flushing", ""),
    ("i build kitchens and staircases and fitted wardrobes", "offer kitchens | offer staircases | offer fitted wardrobes", ""),
    ("I teach piano, violin and singing.", "offer piano | offer violin | offer singing", ""),
    ("We teach beginners and advanced riders, a lesson is $60.", "price lesson 60 USD", ""),
    ("Classes: vinyasa, yin, prenatal", "offer vinyasa | offer yin | offer prenatal", ""),
    ("Packages\n  Day-of coordination ... $1,450\n  Full planning ... from $6,500", "price day-of coordination 1450 USD | price full planning 6500 USD", ""),
    ("You can get soup, sandwiches and cake here.", "offer soup | offer sandwiches | offer cake", ""),
    ("We offer weddings, portraits, and newborn shoots.", "offer weddings | offer portraits | offer newborn shoots", ""),
    ("We no longer do catering, only lunch and cakes.", "", "offer catering"),
]  # fmt: skip

PRICES: list[Row] = [
    ("A haircut is 25 euros.", "price haircut 25 EUR", ""),
    ("a haircut costs twelve fifty", "price haircut 12.5", "price haircut 12.5 EUR | price haircut 12.5 USD"),
    ("Massage: $90 an hour", "price massage 90 USD hour", ""),
    ("bookkeeping from £35 per hour and payroll at £25 a month", "price bookkeeping 35 GBP hour | price payroll 25 GBP month", ""),
    ("Samosas are two for £5.", "", "price samosas 2 GBP"),
    ("A croissant is €2.80 and a coffee €2.", "price croissant 2.8 EUR | price coffee 2 EUR", ""),
    ("boiler service is eighty five pounds and call outs are sixty", "price boiler service 85 GBP | price call outs 60 GBP", ""),
    ("full day coverage is two thousand four hundred euros half day coverage is fourteen hundred and an engagement shoot is three hundred fifty",
     "price full day coverage 2400 EUR | price half day coverage 1400 EUR | price engagement shoot 350 EUR", ""),
    ("Couples massage, which is one seventy five. Deep tissue is ninety dollars.", "price couples massage 175 USD", "price couples massage 75 USD"),
    ("bouquets from 30, dried wreaths 35€", "price bouquets 30 EUR | price dried wreaths 35 EUR", ""),
    ("Rent is 1200 euros and I pay my staff 15 euros an hour.", "", "price"),
    ("We are a cafe of 60 square metres with 24 seats, and I am 34.", "trade cafe", "price"),
    ("My cousin is at forty bucks a visit. We do lawn care at $55 a visit.", "price lawn care 55 USD visit", "price lawn care 40 USD"),
    ("Puncture repair is £14, it was 12 but tubes went up.", "price puncture repair 14 GBP", "price puncture repair 12"),
    ("Lessons are £38 an hour, a block of ten is £365.", "price lessons 38 GBP hour | price block of ten 365 GBP", "price block 10"),
    ("Before, a suit was 590 but cloth is expensive now. A suit is 690 euros.", "price suit 690 EUR", "price suit 590"),
    ("workshop 12 euros per person", "price workshop 12 EUR person", ""),
    ("Pork sausages 9.80/kg", "price pork sausages 9.8 kg", ""),
    ("We have 30 years of experience and 5 chairs.", "", "price"),
    ("call 0161 496 0000. eyebrows 15", "price eyebrows 15", "price eyebrows 496"),
    ("A room is from 80 to 120 euros a night.", "", "price room 120 EUR"),
    ("A haircut is $30, for seniors it's $20.", "price haircut 30 USD", "price haircut 20 USD"),
]  # fmt: skip

PEOPLE: list[Row] = [
    ("I'm Amy and I run a cafe.", "person Amy | trade cafe", ""),
    ("My wife Rosa and I run a bakery.", "person Rosa", ""),
    ("The firm is run by Helen Whitlock and, since last year, her daughter Amy.", "person Helen Whitlock | person Amy", ""),
    ("two dentists (Dr Ruth Okafor and Dr Paul Lenihan)", "person Ruth Okafor | person Paul Lenihan", ""),
    ("Owner - Danielle Prewitt", "person Danielle Prewitt", ""),
    ("Your instructor is Megan Pryce and the car is a Fiat.", "person Megan Pryce", ""),
    ("Gordon Baird is my name if that matters.", "person Gordon Baird", ""),
    ("Number's 208.555.0133, ask for Rick.", "person Rick", ""),
    ("Um, the director is Joanna Feldt.", "person Joanna Feldt", ""),
    ("I am a tailor in Leipzig. My neighbour Frau Richter says I need a form.", "trade tailor", "person"),
    ("okay so my name is ines duarte and i photograph weddings", "person Ines Duarte", ""),
    ("I'm Priyesh, I run a bicycle workshop.", "person Priyesh | trade bike_shop", ""),
    ("I'm open every day. I'm Looking for a site.", "", "person"),
    ("Hi, Anke here, I'm a florist.", "person Anke | trade florist", ""),
    ("It's me, Luca, from the pizzeria.", "person Luca", ""),
    ("Our head chef is Tomás Rivera.", "person Tomás Rivera", ""),
    ("Contact: Bente Holm, bente@holm.example", "person Bente Holm", ""),
    ("This is Wanjiru from Nairobi, I sell baskets.", "person Wanjiru | city Nairobi", ""),
    ("Dr. Amara Obi is our vet.", "person Amara Obi", ""),
    ("We love Bob Dylan and play his records in our barbershop.", "trade barbershop", "person"),
]  # fmt: skip

HISTORY: list[Row] = [
    ("Bakers since 1998.", "since 1998", ""),
    ("Est. 1974. Timeless look.", "since 1974 | adjective timeless", ""),
    ("Helen founded it in 1998.", "since 1998", ""),
    ("My grandfather started it in 1962.", "since 1962", ""),
    ("In 2016 I opened my own atelier in Leipzig.", "since 2016", ""),
    ("I opened in 2016.", "since 2016", ""),
    ("We have been here for 20 years.", "", "since"),
    ("I do landscaping, have done for 20 years.", "", "since"),
    ("we've been going since nineteen ninety nine", "since 1999", ""),
    ("The building is from 1890.", "", "since"),
    ("I was born in 1970.", "", "since"),
    ("We moved to Porto in 2010 but the shop exists since 2004.", "since 2004", ""),
    ('Our motto is "Numbers you can sleep on".', "tagline Numbers you can sleep on", ""),
    ("Tagline - You say I do, we do the rest", "tagline You say I do, we do the rest", ""),
    ("Slogan: Bread first.\nOpen daily 7-18", "tagline Bread first", ""),
    ('Under the sign put "Cuts that care" as our slogan.', "tagline Cuts that care", "name Cuts That Care"),
]  # fmt: skip

LOOKS: list[Row] = [
    ("More like soft peach and sand, airy.", "color soft peach | color sand | adjective airy", ""),
    ("sage green and navy please", "color sage green | color navy", ""),
    ("Make it something rugged.", "adjective rugged", ""),
    ("make it feel airy and cheeky", "adjective airy | adjective cheeky", ""),
    ("lilac, messy but chic", "color lilac | adjective messy | adjective chic", ""),
    ("Style: a bit messy-chic", "adjective messy-chic", ""),
    ("Not too corporate, please, and no pink. Green is good.", "", "adjective corporate | color pink"),
    ("i want it red and grey nothing fancy just tidy", "color red | color grey | adjective tidy", "adjective fancy"),
    ("Look: hi-vis yellow on black, a bit cheeky.", "color hi-vis yellow | color black | adjective cheeky", ""),
    ("Make it earthy and honest, all browns.", "adjective earthy | adjective honest | color browns", ""),
    ("I had blue in mind, nah, make it brown and lime, rugged looking", "color brown | color lime | adjective rugged", "color blue"),
    ("i want the site plain and woody", "adjective plain | adjective woody", ""),
    ("She had a horrid neon pink website, please no neon. I want cream.", "color cream", "color pink | color neon pink"),
    ("should look clean and not scary, mostly aqua", "adjective clean | color aqua", "adjective scary"),
    ("Please make it sober and easy to read", "adjective sober", ""),
    ("Powder pink and cream. The website should feel delicate.", "color powder pink | color cream | adjective delicate", ""),
    ("romantic, timeless, not cheesy, eucalyptus green", "adjective romantic | adjective timeless | color eucalyptus green", "adjective cheesy"),
    ("We sell green tea and red wine. The site can be simple.", "adjective simple", "color green | color red"),
    ("green, friendly, not clinical", "color green | adjective friendly", "adjective clinical"),
    ("keep it raw", "adjective raw", ""),
    ("I'd like it swanky, with a burnt orange background", "adjective swanky | color burnt orange", ""),
    ("The vibe should be punky and a little witchy.", "adjective punky | adjective witchy", ""),
    ("Please not this brown like every tailor has. Midnight blue, elegant.", "color midnight blue | adjective elegant", "color brown"),
    ("I'd like it to look like an old library, mahogany brown and bottle green.", "color mahogany brown | color bottle green", ""),
    ("I want a dreamy site in black and white with a touch of blush", "adjective dreamy | color black | color white | color blush", ""),
]  # fmt: skip

FEATURES: list[Row] = [
    ("People should be able to book a slot.", "feature booking", ""),
    ("People should be able to book a lesson online and see the prices.", "feature booking | feature prices", ""),
    ("I want a price list and a way to book a slot online.", "feature prices | feature booking", ""),
    ("Please show where we are.", "feature map", ""),
    ("a map would be handy because nobody finds us", "feature map", ""),
    ("A map is the most important thing.", "feature map", ""),
    ("And maybe a map, people go to the wrong end of town.", "feature map", ""),
    ("Timeless look. Map", "feature map", ""),
    ("I need a place for photos.", "feature gallery", ""),
    ("show off pictures of the jobs, like a gallery", "feature gallery", ""),
    ("An online booking thing and that's all.", "feature booking", ""),
    ("with a form so people can get in touch", "feature contact_form", ""),
    ("Please put the full menu on the page. We don't take orders online!", "feature menu", "feature booking"),
    ("needs: online booking, page with frequently asked questions", "feature booking | feature faq", ""),
    ("Must have - gallery, inquiry form", "feature gallery | feature contact_form", ""),
    ("No gallery please.", "", "feature gallery"),
    ("What our clients say should be on it.", "feature testimonials", ""),
    ("They should be able to message us through the site.", "feature contact_form", ""),
    ("Clients must be able to make appointments.", "feature booking", ""),
    ("We have a 4.9 rating but don't quote that.", "", "feature testimonials"),
    ("a big gallery and a page about me please", "feature gallery | feature about", ""),
]  # fmt: skip

TRADES: list[Row] = [
    ("i'm a heating engineer in hull", "trade plumbing_company | city Hull", ""),
    ("I do landscaping in Boise.", "trade gardener", ""),
    ("I teach Pilates and I have my own studio.", "trade yoga_studio", ""),
    ("I photograph weddings.", "trade photo_studio", ""),
    ("my wedding planning business", "trade event_planner", ""),
    ("I only started because the garage was full. It's a second-hand bookshop.", "trade bookstore", "trade car_garage"),
    ("We're a bakery with parking next to the garage.", "trade bakery", "trade car_garage"),
    ("I run a kite shop in Tarifa.", "said kite shop", ""),
    ("We have a falconry centre near Perth.", "said falconry centre", ""),
    ("I'm a piano tuner.", "said piano tuner", ""),
    ("We are undertakers in Hull.", "said undertakers", ""),
    ("We run a climbing wall.", "", "trade builder"),
    ("Knife sharpening service in Bergen", "said knife sharpening service | city Bergen", ""),
    ("I'm a doula in Bath.", "said doula", ""),
    ("I have a mobile dog grooming van.", "trade pet_groomer", ""),
    ("We're a firm of accountants.", "trade accountant", ""),
    ("I'm a celebrant, I do weddings and funerals.", "said celebrant", ""),
    ("we clean windows in leith", "trade cleaning_company", ""),
    ("My dentist told me I need a website. I own a boat yard.", "said boat yard", "trade dental_clinic"),
    ("We supply restaurants with flowers. We are a flower farm.", "trade farm", "trade restaurant"),
    ("chimney sweep, ripon", "said chimney sweep | city Ripon", ""),
]  # fmt: skip

CONTACTS: list[Row] = [
    ("call oh six one two double three four five six seven", "phone 0612334567", ""),
    ("you can mail me it's pat dot brennan at timber dot example", "email pat.brennan@timber.example", ""),
    ("Phone: (01603) 555 014", "phone (01603) 555 014", ""),
    ("tel 0033 6 55 50 10 12", "phone 0033 6 55 50 10 12", ""),
    ("Instagram - @oakandivoryevents", "instagram oakandivoryevents", ""),
    ("ig @moscutsrye", "instagram moscutsrye", ""),
    ("We are on TikTok too, @clutch22swansea.", "tiktok clutch22swansea", ""),
    ("Text me on 07700 900 418 or insta, loosenutcycles.", "phone 07700 900 418 | instagram loosenutcycles", ""),
    ("You can write me on WhatsApp, +49 1555 012 3456.", "phone +49 1555 012 3456", ""),
    ("plus three five one nine one two five five five oh one seven", "phone +351912555017", ""),
    ("the website is bluebarn dot co dot uk", "site bluebarn.co.uk", ""),
    ("email us: hello@bluebarn.example", "email hello@bluebarn.example", ""),
    ("e-mail jo underscore smith at example dot org", "email jo_smith@example.org", ""),
    ("It was built in 1998 and costs 1200000.", "", "phone"),
    ("Number's 208.555.0133", "phone 208.555.0133", ""),
    ("facebook: Blue Barn Café, phone 020 7946 0991", "phone 020 7946 0991", ""),
]  # fmt: skip

WHOLE: list[Row] = [
    ("Morning! I'm Kelechi and together with my brother Obi I run Harmattan, a West African grill in Rotterdam. You'll find us at Witte de Withstraat 91. Jollof rice with chicken is 14.50, suya skewers are 9 euros. We'd love the site to feel warm, with burnt orange and black. Can people reserve a table through it?",
     "name Harmattan | city Rotterdam | street Witte de Withstraat 91 | price jollof rice with chicken 14.5 EUR | color burnt orange | feature booking | person Kelechi", "offer west african"),
    ("Thornbury Dental Care\nDentists in Thornbury near Bristol\n12 High Street, Thornbury\nCheck-ups £62 | Hygienist £70\nLead dentist: Dr Anil Mehta\nFeel: calm, modern, sea green",
     "name Thornbury Dental Care | city Thornbury | person Anil Mehta | price hygienist 70 GBP | color sea green", "city Bristol"),
    ("I'm a retired army cook. I've lived in Kabul, Cyprus and Belize, and three years ago my wife Jean and I bought a chip van. It's parked at the Harbour Car Park in Whitby every Friday. Cod and chips £9.50, mushy peas £1.20.",
     "city Whitby | person Jean | price cod and chips 9.5 GBP | price mushy peas 1.2 GBP", "name | city Kabul"),
    ("We do removals and storage all over Kent. Storage £25 a week. Ask for Dave on 07700 900 321. Name's Shift It.",
     "name Shift It | person Dave | price storage 25 GBP week", "city"),
    ("Hammer & Tongs Forge, Hay-on-Wye. Garden gates made to order, fire pokers £35. Booking form please. Black, ember orange. Since 2012. Not medieval.",
     "name Hammer & Tongs Forge | city Hay-on-Wye | price fire pokers 35 GBP | color ember orange | since 2012 | feature booking", "adjective medieval"),
    ("Veterinary practice for horses. Practice name: Heath & Hoof. Lead vet is Dr Orla Brady. We cover Kildare and Carlow. Call-out €90, vaccination €45.",
     "name Heath & Hoof | person Orla Brady | price call-out 90 EUR", "city | offer kildare"),
    ("we got site for driving school \"Zebra\" in Brno. lesson 25 euros, package 20 lessons 450 euros. yellow black modern.",
     "name Zebra | city Brno | price lesson 25 EUR | color yellow | color black", "price lesson 450"),
    ("Name of business: The Gilded Pear. Type of business: cocktail bar. Where: 9 Rue Sainte-Catherine, Bordeaux. Cocktails from 11€, snacks 5-9€. Mood: dark, decadent, emerald and gold.",
     "name The Gilded Pear | city Bordeaux | price cocktails 11 EUR | price snacks 5 EUR | color emerald", "price snacks 9"),
    ("The restaurant was opened by my parents in 1974 as \"Golden Dragon\". I renamed it Little Jade last year. 18 Faulkner Street, Manchester. Roast duck £14, hot pot for two £38. Red is out. Jade green, cream, elegant.",
     "name Little Jade | since 1974 | price hot pot for two 38 GBP | color jade green", "name Golden Dragon | price hot pot 2"),
    ("We're moving from Berlin to Hamburg in May so please put the new address: Schanzenstraße 14, 20357 Hamburg. Fahrradwerkstatt Speiche.",
     "city Hamburg | street Schanzenstraße 14 | name Fahrradwerkstatt Speiche", "city Berlin | phone"),
    ("Velvet Underground Records is not us, we're Needle & Groove! We buy and sell vinyl at 5 Market Row, Brixton, London. Singles from £3.",
     "name Needle & Groove | city London | offer vinyl | price singles 3 GBP", "offer brixton"),
    ("Hey it's Nate from Ridgeline Roofing over in Bend, Oregon. We do re-roofs and inspections. Inspection's $150. Competitor down the street, Summit Roofing, has a slick black site, I'd rather go lighter: sky blue and white.",
     "name Ridgeline Roofing | trade roofer | city Bend | person Nate | price inspections 150 USD | color sky blue", "name Summit Roofing | color black"),
    ("I've been fixing clocks since I was a lad in Dublin, my dad had a stall there. Now I have a little workshop in Shrewsbury, 6 Belle Vue Road, and I call it Tick & Mend. My mate Colin does the website for the pub.",
     "name Tick & Mend | city Shrewsbury | street 6 Belle Vue Road", "trade bar | person Colin | city Dublin"),
    ("We are Kowalski Roofing. Founded by my grandfather in 1951 in Chicago, today in Milwaukee, Wisconsin. Competitors like Badger Roofing charge $500 for an inspection; ours is free.",
     "name Kowalski Roofing | trade roofer | since 1951 | city Milwaukee", "city Chicago | price inspection 500"),
    ("i want a page for my allotment veg boxes nothing complicated small box is twelve pounds large box is twenty it's called muddy boots veg my name's hattie text me",
     "name Muddy Boots Veg | person Hattie", "price large box 12"),
    ("We make wedding cakes and we are called Sugar & Lace. Tasting £25, cakes from £350. We deliver within 30 miles of Hereford. Ivory, blush, gold. Elegant. Gallery is a must!",
     "name Sugar & Lace | offer wedding cakes | price tasting 25 GBP | color blush | feature gallery", "trade art_gallery | city"),
    ("I have a stall in the covered market in Oxford, stall 42, selling cheese. Stilton £18 a kilo. My wife Annie does the accounts.",
     "city Oxford | offer cheese | price stilton 18 GBP kilo", "price stall 42 | person"),
    ("Hi, I teach swimming to adults. Six lessons for £180, single lesson £35. My name's Denise. Website name: Swim Without Fear.",
     "name Swim Without Fear | person Denise | price single lesson 35 GBP", "price lessons 180"),
    ("My favourite bakery website is Tartine in San Francisco. We're in Flint, Michigan, and we're called Rise Up. Breakfast at 8.",
     "name Rise Up | city Flint", "city San Francisco | name Tartine | price breakfast 8"),
]  # fmt: skip

ROWS = [
    *NAMES, *CITIES, *STREETS, *OFFERS, *PRICES, *PEOPLE, *HISTORY, *LOOKS, *FEATURES, *TRADES, *CONTACTS, *WHOLE,
]  # fmt: skip


def _told(business: Business) -> Iterator[str]:
    """Every fact as a line, "price haircut 25 EUR"."""
    place, contacts = business.place, business.contacts
    single = {
        "name": business.name,
        "trade": business.trade,
        "said": business.trade_words,
        "tagline": business.tagline,
        "city": place.city,
        "street": place.street,
        "phone": contacts.phone,
        "email": contacts.email,
        "site": contacts.website,
        "since": business.since,
        **contacts.social,
    }
    yield from (f"{field} {value}" for field, value in single.items() if value)
    many = {
        "offer": [item.name for item in business.offer],
        "color": business.style.colors,
        "adjective": business.style.adjectives,
        "feature": business.features,
        "person": business.people,
    }
    yield from (f"{field} {value}" for field, values in many.items() for value in values)
    yield from (line for item in business.offer for line in _price(item))


def _price(item: Item) -> Iterator[str]:
    """The price with and without its currency and unit."""
    if item.price:
        line = f"price {item.name} {item.price.amount:g}"
        yield line
        if item.price.currency:
            yield f"{line} {item.price.currency}"
        yield f"{line} {item.price.currency or ''} {item.price.unit or ''}"


def _plain(line: str) -> str:
    return " ".join(word for word in line.lower().split() if word not in ("the", "a"))


def _split(facts: str) -> list[str]:
    return [_plain(fact) for fact in facts.split("|") if fact.strip()]


@pytest.mark.parametrize(("text", "facts", "inventions"), ROWS, ids=[row[0][:60] for row in ROWS])
def test_what_an_owner_says_is_understood_and_nothing_is_made_up(text: str, facts: str, inventions: str) -> None:
    told = {_plain(line) for line in _told(understand(text))}
    missed = [fact for fact in _split(facts) if fact not in told]
    made_up = [line for line in sorted(told) for bad in _split(inventions) if line == bad or line.split()[0] == bad]
    assert (missed, made_up) == ([], []), told
