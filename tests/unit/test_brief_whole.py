"""Whole briefs, typed and spoken: every fact that is in one is found, and nothing else is."""

import pytest

from ai.brief import understand
from ai.business import Business, Hours, Item

TYPED = (
    (
        "Bakery, Porto. 7-18. sourdough 4.50",
        "trade bakery | city Porto | hours every 07:00-18:00 | offer sourdough = 4.5",
    ),
    (
        "Golden Crust Bakery, 12 Market Street, Lisbon. Mon-Fri 7-18, Sat 8-14, closed Sundays. Sourdough "
        "€4.50, croissant €1.80, birthday cakes from €25. Phone +351 21 555 0123.",
        "name Golden Crust Bakery | trade bakery | street 12 Market Street | city Lisbon | hours mon-fri "
        "07:00-18:00 | hours sat 08:00-14:00 | hours sun closed | offer Sourdough = 4.5 EUR | offer croissant"
        " = 1.8 EUR | offer birthday cakes = 25 EUR + | phone +351 21 555 0123",
    ),
    (
        "I'm Tom and I run Tom's Bike Shop in Bristol. We do brake repairs (from £30), full services for £65 "
        "and sell used bikes. Open Tuesday to Saturday, 9am-5:30pm. hello@tomsbikes.co.uk. Please make it "
        "clean and modern, dark green, with a contact form and a map.",
        "name Tom's Bike Shop | trade bike_shop | city Bristol | person Tom | offer brake repairs = 30 GBP + "
        "| offer full services = 65 GBP | offer used bikes | hours tue-sat 09:00-17:30 | email "
        "hello@tomsbikes.co.uk | look clean | look modern | color dark green | wants contact_form | wants map",
    ),
    (
        'Please build a site for my hair salon "Velvet Scissors" in Manchester.\n'
        "Haircut 25\n"
        "Beard trim 15\n"
        "Colouring 60\n"
        "Tue-Fri 10:00-19:00\n"
        "Sat 9:00-16:00\n"
        "Instagram: @velvetscissors",
        "name Velvet Scissors | trade hair_salon | city Manchester | offer Haircut = 25 | offer Beard trim = "
        "15 | offer Colouring = 60 | hours tue-fri 10:00-19:00 | hours sat 09:00-16:00 | instagram "
        "velvetscissors",
    ),
    (
        "Website for Blue Oak, a law firm in Seattle. We offer family law, tenancy disputes and contract "
        "reviews. First meeting free. Since 1987. Tel (206) 555-0188. Serious, navy blue and white. Add an "
        "FAQ.",
        "name Blue Oak | trade law_firm | city Seattle | offer family law | offer tenancy disputes | offer "
        "contract reviews | since 1987 | phone (206) 555-0188 | look serious | color navy blue | color white "
        "| wants faq",
    ),
    (
        "Our pizzeria Fuoco is in Brooklyn. Margherita $14, Diavola $17, tiramisu $8. Every day 5pm-11pm, Fri"
        " and Sat until midnight. We don't deliver. No booking please.",
        "name Fuoco | trade pizzeria | city Brooklyn | offer Margherita = 14 USD | offer Diavola = 17 USD | "
        "offer tiramisu = 8 USD | hours mon-thu,sun 17:00-23:00 | hours fri-sat 17:00-24:00",
    ),
    (
        "Yoga studio Still Water, Copenhagen. Drop-in class 150 kr, ten-class pass 1200 kr. Calm, sage green "
        "and cream. booking and testimonials please",
        "name Still Water | trade yoga_studio | city Copenhagen | offer Drop-in class = 150 kr | offer "
        "ten-class pass = 1200 kr | look calm | color sage green | color cream | wants booking | wants "
        "testimonials",
    ),
    (
        "We are a small family plumbing company based in Leeds, 24/7 emergency call-outs. Boiler repairs from"
        " £80 an hour, leak detection, bathroom installation. Call 0113 496 0000. Owner: Dave Miller.",
        "trade plumbing_company | city Leeds | hours every 00:00-24:00 | offer Boiler repairs = 80 GBP / hour"
        " + | offer leak detection | offer bathroom installation | phone 0113 496 0000 | person Dave Miller",
    ),
    (
        "Hotel Miramar is a hotel in Cascais, Portugal with a view of the sea. Double room from 120 euros per"
        " night, single room 90 euros. Our slogan is: Wake up to the waves. We want a gallery, a map and a "
        "booking page.",
        "name Hotel Miramar | trade hotel | city Cascais | region Portugal | offer Double room = 120 EUR / "
        "night + | offer single room = 90 EUR | tagline Wake up to the waves | wants gallery | wants map | "
        "wants booking",
    ),
    (
        "Paws & Claws\n"
        "Pet shop in Austin, Texas\n"
        "Dog food, cat toys and aquariums\n"
        "Monday-Saturday: 10 am - 7 pm\n"
        "Sunday: closed\n"
        "facebook.com/pawsandclawsatx\n"
        "Colours: orange and teal, playful",
        "name Paws & Claws | trade pet_shop | city Austin | region Texas | offer Dog food | offer cat toys | "
        "offer aquariums | hours mon-sat 10:00-19:00 | hours sun closed | facebook pawsandclawsatx | color "
        "orange | color teal | look playful",
    ),
    (
        "My florist shop is called Wild Stems. Unlike the florist next door we only sell seasonal flowers and"
        " dried bouquets. Bouquets start at 20 euros. Find us at 5 Rue des Fleurs, Lyon.",
        "name Wild Stems | trade florist | offer seasonal flowers | offer dried bouquets | offer Bouquets = "
        "20 EUR + | street 5 Rue des Fleurs | city Lyon",
    ),
    (
        "Need a one pager for a dental clinic. Name: Bright Smile. City: Dublin. Services: check-ups, "
        "whitening, braces. Hours: Mon to Thu 8.30-17.00, Fri 8.30-13.00. Phone: 01 555 7788. Light and "
        "clean, white and turquoise.",
        "trade dental_clinic | name Bright Smile | city Dublin | offer check-ups | offer whitening | offer "
        "braces | hours mon-thu 08:30-17:00 | hours fri 08:30-13:00 | phone 01 555 7788 | look clean | look "
        "light | color white | color turquoise | light",
    ),
    (
        "ICE CREAM SHOP IN NAPLES CALLED DOLCE NEVE. PISTACHIO ICE CREAM 3 EUROS, LEMON SORBET 2.50 EUROS. "
        "PINK AND WHITE.",
        "trade ice_cream | city Naples | name Dolce Neve | offer pistachio ice cream = 3 EUR | offer lemon "
        "sorbet = 2.5 EUR | color pink | color white",
    ),
    (
        "The Reading Nook is a bookstore in Bath run by Alice Green. We sell used books, new novels, and "
        "children's books, and we host a book club every Thursday at 7 pm. Open daily except Sunday from ten "
        "to six.",
        "name The Reading Nook | trade bookstore | city Bath | person Alice Green | offer used books | offer "
        "new novels | offer children's books | offer book club | hours mon-sat 10:00-18:00 | hours sun closed",
    ),
    (
        "Gym in Denver. Name is Iron Peak. Monthly pass $49, day pass $12, personal training from $60 an "
        "hour. Open 24/7. Bold, black and yellow, dark mode. No gallery.",
        "trade gym | city Denver | name Iron Peak | offer Monthly pass = 49 USD | offer day pass = 12 USD | "
        "offer personal training = 60 USD / hour + | hours every 00:00-24:00 | look bold | color black | "
        "color yellow | dark",
    ),
    (
        "We're Kiln & Co, a pottery studio in Portland, Oregon. Two-hour wheel classes cost $45 per person. "
        "Open studio on weekends 10-4. www.kilnandco.com, hi@kilnandco.com",
        "name Kiln & Co | trade pottery_studio | city Portland | region Oregon | offer Two-hour wheel classes"
        " = 45 USD / person | hours sat-sun 10:00-16:00 | website www.kilnandco.com | email hi@kilnandco.com",
    ),
    (
        "Clean & Bright, cleaning company, Vienna. We clean offices and stairwells. 35 euros per hour. "
        "Mon-Fri 6-20 Uhr. Tel. +43 1 555 01 23",
        "name Clean & Bright | trade cleaning_company | city Vienna | offer clean offices | offer clean "
        "stairwells | hours mon-fri 06:00-20:00 | phone +43 1 555 01 23",
    ),
    (
        "Open a page for Northern Light Photo Studio (Oslo). Family portraits: 1500 NOK. Wedding photos: from"
        " 9000 NOK. Passport pictures: 200 NOK. Minimal please, black and white.",
        "name Northern Light Photo Studio | trade photo_studio | city Oslo | offer Family portraits = 1500 "
        "NOK | offer Wedding photos = 9000 NOK + | offer Passport pictures = 200 NOK | look minimal | color "
        "black | color white",
    ),
)

SPOKEN = (
    (
        "hi i run a bakery in lisbon called golden crust and i need a website we sell sourdough bread and "
        "cinnamon rolls we are open monday to friday from seven a m to six p m please use turquoise as the "
        "main color",
        "trade bakery | city Lisbon | name Golden Crust | offer sourdough bread | offer cinnamon rolls | "
        "hours mon-fri 07:00-18:00 | color turquoise",
    ),
    (
        "so hello um my name is maria and i have a small barber shop in dublin it's called sharp edge a "
        "haircut is twenty five euros and a beard trim is fifteen euros we are open from nine to six monday "
        "to saturday",
        "person Maria | trade barbershop | city Dublin | name Sharp Edge | offer haircut = 25 EUR | offer "
        "beard trim = 15 EUR | hours mon-sat 09:00-18:00",
    ),
    (
        "we are open from seven to five no wait we close at six our bakery is called morning glory in porto",
        "name Morning Glory | trade bakery | city Porto | hours every 07:00-18:00",
    ),
    (
        "hey there i own a flower shop called wild rose in edinburgh i mean it's in glasgow we moved last "
        "year we sell roses tulips and wedding bouquets",
        "trade florist | name Wild Rose | city Glasgow | offer roses | offer tulips | offer wedding bouquets",
    ),
    (
        "my sister runs a cafe in madrid called luna but i run a bike shop in berlin called fast wheels and "
        "we repair bikes and sell helmets our number is zero three zero five five five one two three four",
        "trade bike_shop | city Berlin | name Fast Wheels | offer repair bikes | offer helmets | phone 0305551234",
    ),
    (
        "okay so the place is called the lazy fox it's a pub in york we serve fish and chips for twelve "
        "pounds fifty and local ale for four pounds eighty we're open every day from noon to eleven p m and "
        "i'd like something warm and rustic",
        "name The Lazy Fox | trade bar | city York | offer fish and chips = 12.5 GBP | offer local ale = 4.8 "
        "GBP | hours every 12:00-23:00 | look warm | look rustic",
    ),
    (
        "this is a website for my yoga studio it's named quiet mind and it's in stockholm we teach yoga for "
        "beginners and prenatal yoga you can write to us at info at quiet mind dot com",
        "trade yoga_studio | name Quiet Mind | city Stockholm | offer yoga for beginners | offer prenatal "
        "yoga | email info@quietmind.com",
    ),
    (
        "i want a website for our law firm in chicago the name is stone and partners we don't do criminal law"
        " we do tax law and family law our address is twelve market street",
        "trade law_firm | city Chicago | name Stone and Partners | offer tax law | offer family law | street "
        "12 Market Street",
    ),
    (
        "We are a toy store in Prague called Happy Bear. We sell wooden trains for twenty euros, sorry, "
        "twenty five euros, and puzzles. Half past eight to six on weekdays and until two on Saturdays.",
        "trade toy_store | city Prague | name Happy Bear | offer wooden trains = 25 EUR | offer puzzles | "
        "hours mon-fri 08:30-18:00 | hours sat ?-14:00",
    ),
    (
        "Our gym is called Iron House, no wait, Iron Home. It's in Boston. Opens at 6 am and closes at 10 pm."
        " Add a contact form and a map.",
        "trade gym | name Iron Home | city Boston | hours every 06:00-22:00 | wants contact_form | wants map",
    ),
    (
        "i have been a plumber for twenty years my company is called clear water plumbing and it's based in "
        "seattle i fix leaks and install boilers eighty dollars an hour call me on five five five oh one two "
        "three",
        "trade plumbing_company | name Clear Water Plumbing | city Seattle | offer fix leaks | offer install "
        "boilers = 80 USD / hour | phone 5550123",
    ),
    (
        "we have an ice cream shop in rome since nineteen eighty seven it's called gelato bello and one scoop"
        " costs two euros fifty",
        "trade ice_cream | city Rome | since 1987 | name Gelato Bello | offer scoop = 2.5 EUR",
    ),
    (
        "Hi, this is Anna. I run a language school in Valencia called Open Word. I was born in Poland and "
        "studied in Paris. We teach German, French and Italian. A private lesson is 30 euros an hour. We're "
        "closed on Sundays.",
        "person Anna | trade language_school | city Valencia | name Open Word | offer German | offer French |"
        " offer Italian | offer private lesson = 30 EUR / hour | hours sun closed",
    ),
    (
        "I need a website for my pet shop, it is called Furry Friends, in Budapest. Monday to Friday nine to "
        "five, Saturday ten to two. Our instagram is furry friends budapest.",
        "trade pet_shop | name Furry Friends | city Budapest | hours mon-fri 09:00-17:00 | hours sat "
        "10:00-14:00 | instagram furryfriendsbudapest",
    ),
    (
        "Well the weather is terrible today but anyway. I get up at 3 am every day because I am a baker. My "
        "bakery is in Porto and its name is Red Door. People ask for coffee but we don't sell coffee. We sell"
        " rye bread for 3 euros and rolls for 60 cents.",
        "trade bakery | city Porto | name Red Door | offer rye bread = 3 EUR | offer rolls = 0.6 EUR",
    ),
    (
        "we're a brewery in munich called hop garden our pale ale costs three euros eighty we want dark "
        "colors brown and gold and a gallery and an about page",
        "trade brewery | city Munich | name Hop Garden | offer pale ale = 3.8 EUR | color brown | color gold "
        "| look dark | dark | wants gallery | wants about",
    ),
    (
        "so my jewelry store is on high street in oxford it's called moon and star we make wedding rings "
        "engagement rings and necklaces i want it elegant black and gold please",
        "trade jewelry_store | street High Street | city Oxford | name Moon and Star | offer wedding rings | "
        "offer engagement rings | offer necklaces | look elegant | color black | color gold",
    ),
    (
        "the photo studio is called bright frame in amsterdam and we are open on tuesdays and thursdays from "
        "ten thirty to four thirty no website before so keep it simple and add a menu of prices and a contact"
        " form",
        "trade photo_studio | name Bright Frame | city Amsterdam | hours tue,thu 10:30-16:30 | look simple | "
        "wants contact_form | wants menu | wants prices",
    ),
    (
        "Hello I am Paul. I drive a taxi in Brussels and my taxi company is called Blue Line. Airport rides "
        "from forty five euros, city rides from ten. Day and night.",
        "person Paul | trade taxi | city Brussels | name Blue Line | offer Airport rides = 45 EUR + | offer "
        "city rides = 10 EUR + | hours every 00:00-24:00",
    ),
    (
        "I run a falconry centre in Wales and we offer hawk walks for 40 pounds per person.",
        "words falconry centre | offer hawk walks = 40 GBP / person",
    ),
    (
        "website for sunny side cafe in brighton breakfast and lunch seven thirty to three closed tuesdays "
        "flat white three twenty banana bread three fifty",
        "name Sunny Side Cafe | trade cafe | city Brighton | hours every 07:30-15:00 | hours tue closed | "
        "offer flat white = 3.2 | offer banana bread = 3.5",
    ),
)

FOREIGN = (
    (
        "Bäckerei Goldkruste in Leipzig, Hauptstraße 5. Montag bis Freitag 6 bis 18 Uhr, Samstag 7-13 Uhr, "
        "Sonntag geschlossen. Roggenbrot 4,50 €, Brezel 0,90 €. Telefon 0341 555 0123.",
        "name Bäckerei Goldkruste | trade bakery | city Leipzig | street Hauptstraße 5 | hours mon-fri "
        "06:00-18:00 | hours sat 07:00-13:00 | hours sun closed | offer Roggenbrot = 4.5 EUR | offer Brezel ="
        " 0.9 EUR | phone 0341 555 0123 | in de",
    ),
    (
        "Bonjour, je tiens une boulangerie à Lyon qui s'appelle Le Pain Doré. Nous sommes ouverts du mardi au"
        " samedi de 7h à 19h30. Baguette 1,20 €, croissant 1,10 €. contact@paindore.fr",
        "trade bakery | city Lyon | name Le Pain Doré | hours tue-sat 07:00-19:30 | offer Baguette = 1.2 EUR "
        "| offer croissant = 1.1 EUR | email contact@paindore.fr | in fr",
    ),
    (
        "Hola, tengo una peluquería en Sevilla que se llama Tijeras de Oro. Corte 15 €, tinte 30 €. Abierto "
        "de lunes a viernes de 10 a 20. Teléfono 954 123 456.",
        "trade hair_salon | city Sevilla | name Tijeras de Oro | offer Corte = 15 EUR | offer tinte = 30 EUR "
        "| hours mon-fri 10:00-20:00 | phone 954 123 456 | in es",
    ),
    (
        "Ciao, la nostra pizzeria si chiama Bella Notte e siamo a Bologna, Via Roma 12. Margherita 7 €, "
        "aperto tutti i giorni dalle 18 alle 23.",
        "trade pizzeria | name Bella Notte | city Bologna | street Via Roma 12 | offer Margherita = 7 EUR | "
        "hours every 18:00-23:00 | in it",
    ),
    (
        "Olá, a nossa padaria chama-se Pão Quente e fica em Braga, Rua das Flores, 10. Aberto de segunda a "
        "sábado das 7 às 19. Pão de centeio 2,50 €. geral@paoquente.pt",
        "trade bakery | name Pão Quente | city Braga | street Rua das Flores, 10 | hours mon-sat 07:00-19:00 "
        "| offer Pão de centeio = 2.5 EUR | email geral@paoquente.pt | in pt",
    ),
)

OTHERS = (
    (
        "hello my name is carlos i have a car garage it's in mexico city and it's called el motor we do oil "
        "changes brake repairs and tire changes an oil change is forty dollars we work monday to friday from "
        "eight to six and saturday from eight to one",
        "city Mexico City | hours mon-fri 08:00-18:00 | hours sat 08:00-13:00 | name El Motor | offer brake "
        "repairs | offer oil changes = 40 USD | offer tire changes | person Carlos | trade car_garage",
    ),
    (
        "Hey, so um I run this little coffee place, it's called Third Wave, in Melbourne, and uh we do "
        "espresso for four dollars, flat white four fifty, and banana bread for six. We're open weekdays from"
        " 6:30 am till 3 pm, weekends 8 till 2. Closed on public holidays.",
        "city Melbourne | hours mon-fri 06:30-15:00 | hours sat-sun 08:00-14:00 | name Third Wave | offer "
        "banana bread = 6 AUD | offer espresso = 4 AUD | offer flat white = 4.5 AUD | trade cafe",
    ),
    (
        "We are Patel & Sons, an accounting firm at 45 King Street, Leicester. Tax returns from £150, "
        "bookkeeping £30 per hour, payroll. Established 1998. Mon-Fri 9-17:30. info@patelandsons.co.uk / 0116"
        " 496 0321. Professional look, navy and grey. FAQ and contact form please.",
        "city Leicester | color grey | color navy | email info@patelandsons.co.uk | hours mon-fri 09:00-17:30"
        " | look professional | name Patel & Sons | offer Tax returns = 150 GBP + | offer bookkeeping = 30 "
        "GBP / hour | offer payroll | phone 0116 496 0321 | since 1998 | street 45 King Street | trade "
        "accountant | wants contact_form | wants faq",
    ),
    (
        "Our restaurant's name is Casa Lua. It is on Rua do Carmo 15 in Lisbon. Lunch from 12 to 3, dinner "
        "from 7 to 11, closed on Mondays and Tuesdays. We serve grilled sardines, octopus rice and custard "
        "tarts. Like the restaurant of my uncle in Brazil, but smaller. I'd like deep blue and gold, elegant,"
        " with a menu page and table reservations.",
        "city Lisbon | color deep blue | color gold | hours every 12:00-15:00 | hours every 19:00-23:00 | "
        "hours mon-tue closed | look elegant | name Casa Lua | offer custard tarts | offer grilled sardines |"
        " offer octopus rice | street Rua do Carmo 15 | trade restaurant | wants booking | wants menu",
    ),
    (
        "i want a page for my dog grooming salon the fluffy tail in tampa florida baths start at thirty five "
        "dollars and a full groom is seventy call eight one three five five five zero one nine nine",
        "city Tampa | name The Fluffy Tail | offer baths = 35 USD + | offer full groom = 70 USD | phone "
        "8135550199 | region Florida | trade pet_groomer",
    ),
    (
        "I'm a freelance photographer from Cape Town. Weddings from R 15000. My name is Thandi Nkosi and my "
        "studio is called Light & Salt. Email me: thandi@lightandsalt.co.za. Minimal, lots of white. A "
        "gallery is a must.",
        "city Cape Town | color white | email thandi@lightandsalt.co.za | look minimal | name Light & Salt | "
        "offer Weddings = 15000 ZAR + | person Thandi Nkosi | trade photo_studio | wants gallery",
    ),
    (
        "We make handmade candles and soaps. The shop is called Wick & Wax, in Halifax, Nova Scotia. Candles "
        "$18, soaps $7 each. Open Thursday through Sunday 11-5. Find us on Instagram @wickandwax.",
        "city Halifax | hours thu-sun 11:00-17:00 | instagram wickandwax | name Wick & Wax | offer Candles = "
        "18 CAD | offer handmade candles | offer soaps = 7 CAD | region Nova Scotia",
    ),
    (
        "Hi there! It's for Rosa's Flowers. Bouquets, wedding arrangements, and potted plants. We deliver in "
        "the whole city. Not on Sundays though, we're closed. Number is 020 7946 0958.",
        "hours sun closed | name Rosa's Flowers | offer Bouquets | offer potted plants | offer wedding "
        "arrangements | phone 020 7946 0958 | trade florist",
    ),
    (
        "please make a website for a language school called speak easy in dublin we offer english courses for"
        " 200 euros a month and business english i don't want red i want green and white and please no "
        "gallery",
        "city Dublin | color green | color white | name Speak Easy | offer business english | offer english "
        "courses = 200 EUR / month | trade language_school",
    ),
    (
        "Joe's Garage — mechanic — Detroit, Michigan — oil change $39.99 — brake pads from $120 — Mon-Sat "
        "8am-6pm — (313) 555-0147",
        "city Detroit | hours mon-sat 08:00-18:00 | name Joe's Garage | offer brake pads = 120 USD + | offer "
        "oil change = 39.99 USD | phone (313) 555-0147 | region Michigan | trade car_garage",
    ),
    (
        "My mom started Sweet Crumbs in 1975 and now I run it. It's a bakery in Brooklyn. We're famous for "
        "our cinnamon rolls. They cost 4 dollars. Open from 6 in the morning to 4 in the afternoon, but on "
        "Sundays only until noon.",
        "city Brooklyn | hours every 06:00-16:00 | hours sun 06:00-12:00 | offer cinnamon rolls = 4 USD | "
        "trade bakery",
    ),
    (
        "hotel, geneva. name: lac bleu. rooms from 180 chf per night, suites 320 chf. breakfast included. +41"
        " 22 555 01 44. elegant, navy and silver. gallery, booking, map.",
        "city Geneva | color navy | color silver | look elegant | name Lac Bleu | offer rooms = 180 CHF / "
        "night + | offer suites = 320 CHF | phone +41 22 555 01 44 | trade hotel | wants booking | wants "
        "gallery | wants map",
    ),
    (
        "I'm opening a gym in Leeds next month. It's going to be called Iron Tide. Memberships will be 35 "
        "pounds a month, classes 8 pounds. We'll be open from 5 am to 11 pm every day. Black and red, bold.",
        "city Leeds | color black | color red | hours every 05:00-23:00 | look bold | name Iron Tide | offer "
        "Memberships = 35 GBP / month | offer classes = 8 GBP | trade gym",
    ),
    (
        "We're a team of three plumbers in Oslo: Fjord Rør. Emergency call 1500 kroner. Available around the "
        "clock. My competitor charges 2500 kroner.",
        "city Oslo | hours every 00:00-24:00 | name Fjord Rør | offer Emergency call = 1500 kr | trade "
        "plumbing_company",
    ),
    (
        "so we have a bookstore in nantes it's called la plume bleue it's at five rue de la paix we are open "
        "tuesday to saturday ten to seven we sell novels comics and children's books for kids we also have a "
        "reading group on wednesdays",
        "city Nantes | hours tue-sat 10:00-19:00 | name La Plume Bleue | offer children's books for kids | "
        "offer comics | offer novels | street 5 Rue de la Paix | trade bookstore",
    ),
    (
        "The name's Bright Pixel, web design studio in Tallinn. Landing pages 900 euros, online shops from "
        "2,500 euros, hosting 15 euros a month. Dark theme, neon green accents.",
        "city Tallinn | color neon green | dark | name Bright Pixel | offer Landing pages = 900 EUR | offer "
        "hosting = 15 EUR / month | offer online shops = 2500 EUR + | trade design_studio",
    ),
    (
        "Call it Green Thumb. Gardening company, Utrecht. Lawn care €40/hour, hedge trimming €55/hour, garden"
        " design. 06 12345678",
        "city Utrecht | name Green Thumb | offer Lawn care = 40 EUR / hour | offer garden design | offer "
        "hedge trimming = 55 EUR / hour | phone 06 12345678 | trade gardener",
    ),
    (
        "Hello, I'm Aiko. I have an ice cream shop in Osaka named Mochi Moon. Matcha ice cream 400 yen, black"
        " sesame 450 yen. 11 to 21, closed Wednesday. Pastel pink, cute and playful. Add photos and a map.",
        "city Osaka | color pastel pink | hours every 11:00-21:00 | hours wed closed | look cute | look "
        "playful | name Mochi Moon | offer Matcha ice cream = 400 JPY | offer black sesame = 450 JPY | person"
        " Aiko | trade ice_cream | wants gallery | wants map",
    ),
    (
        "my brother in law told me i need a website so here goes we run a small brewery out in asheville "
        "called copper creek we've been brewing since two thousand and twelve pints are six dollars growlers "
        "are eighteen taproom is open thursday to sunday from two to ten",
        "city Asheville | hours thu-sun 14:00-22:00 | name Copper Creek | offer pints = 6 USD | since 2012 | "
        "trade brewery",
    ),
    (
        "Hi, it's Marco. Me and my brother Luca run a small pizza place in Glasgow, you know, near the "
        "university. It's called Due Fratelli. My aunt in Naples has the original one, but that's another "
        "story. Margherita is nine pounds, calzone twelve fifty, and we do tiramisu too. We're shut Mondays. "
        "Other days noon till ten. If you can, make it red, white and green, playful, and put the menu up "
        "there. Phone 0141 496 0111.",
        "city Glasgow | color green | color red | color white | hours every 12:00-22:00 | hours mon closed | "
        "look playful | name Due Fratelli | offer Margherita = 9 GBP | offer calzone = 12.5 GBP | offer tiramisu "
        "| person Marco | phone 0141 496 0111 | trade pizzeria | wants menu",
    ),
    (
        "locksmith dublin 24/7 call 01 555 0199 lock changes from 90 euro car unlocking 120 euro",
        "city Dublin | hours every 00:00-24:00 | offer car unlocking = 120 EUR | offer lock changes = 90 EUR "
        "+ | phone 01 555 0199 | trade locksmith",
    ),
    (
        "My name is Ingrid. I am a physiotherapist in Bergen and my practice is called Fjellfysio. I treat "
        "back pain and sports injuries. One session costs 850 kroner. I work Monday, Wednesday and Friday "
        "from 8 to 16. I trained in Copenhagen. Please: calm blue, white, and a booking form.",
        "city Bergen | color blue | color white | hours mon,wed,fri 08:00-16:00 | look calm | name Fjellfysio"
        " | offer session = 850 kr | person Ingrid | trade physiotherapist | wants booking",
    ),
    (
        "so yeah the business is a car wash right next to the ikea in hamburg it's called blitz blank basic "
        "wash eight euros full wash fifteen euros we open at eight and we close at eight except sundays when "
        "we're closed",
        "city Hamburg | hours every 08:00-20:00 | hours sun closed | name Blitz Blank | offer basic wash = 8 "
        "EUR | offer full wash = 15 EUR | trade car_wash",
    ),
    (
        "We're called Northside Climbing. It is a climbing gym in Sheffield with bouldering and yoga classes."
        " Day entry is £11, students £8. Opening times: Mon-Fri 10am-10pm; Sat & Sun 9am-8pm. Email us at "
        "info@northsideclimbing.example. We'd like something bold with orange accents, an FAQ and a gallery. "
        "No testimonials.",
        "city Sheffield | color orange | email info@northsideclimbing.example | hours mon-fri 10:00-22:00 | "
        "hours sat-sun 09:00-20:00 | look bold | name Northside Climbing | offer Day entry = 11 GBP | offer "
        "students = 8 GBP | trade gym | wants faq | wants gallery",
    ),
    (
        "Hello, we are the Kowalski family and we have a guest house in Zakopane. Rooms from 180 zł per night"
        " with breakfast. We have a sauna and a garden. The house is named Pod Lipami, ul. Krupowki 12. Not "
        "Hotel Lipa, that's our neighbours. Booking by phone: +48 18 555 01 22. Rustic, wood, green.",
        "city Zakopane | color green | look rustic | name Pod Lipami | offer Rooms = 180 PLN / night + | "
        "phone +48 18 555 01 22 | street Ul. Krupowki 12 | trade guesthouse",
    ),
    (
        "Veggie grocery, Ghent. 'De Groene Hoek'. Mon-Sat 9.00-18.30. Vegetable boxes €15, fresh bread, local"
        " cheese. Vrijdagmarkt 8. groenehoek@mail.example. earthy colours",
        "city Ghent | email groenehoek@mail.example | hours mon-sat 09:00-18:30 | look earthy | name De "
        "Groene Hoek | offer Vegetable boxes = 15 EUR | offer fresh bread | offer local cheese | street "
        "Vrijdagmarkt 8 | trade grocery",
    ),
    (
        "I make wedding cakes. That's it. Well, and cupcakes, 3 dollars each, minimum of twelve. The name is "
        "Sugar Loft, I'm in Nashville, Tennessee. Wedding cakes start at 400 dollars. Soft pink, elegant but "
        "not kitschy. People order through Instagram, @sugarloft.nash. Oh and I close in July.",
        "city Nashville | color soft pink | instagram sugarloft.nash | look elegant | name Sugar Loft | offer"
        " cupcakes = 3 USD | offer wedding cakes = 400 USD + | region Tennessee",
    ),
    (
        "so the bookshop is called page turner no sorry page turners with an s and we're in cork ireland we "
        "sell new books and second hand books and we've a cafe corner with coffee for three euros we're open "
        "every day from half nine to six",
        "city Cork | hours every 09:30-18:00 | name Page Turners | offer cafe corner with coffee = 3 EUR | "
        "offer new books | offer second hand books | region Ireland | trade bookstore",
    ),
    (
        'My accountant told me to keep it short. Optician in Graz, "Klarblick". Eye tests 35 euros, glasses '
        "from 99 euros, contact lenses. Mo-Fr 9-18, Sa 9-13. Herrengasse 7. Tel 0316 555 019.",
        "city Graz | hours mon-fri 09:00-18:00 | hours sat 09:00-13:00 | name Klarblick | offer Eye tests = "
        "35 EUR | offer glasses = 99 EUR + | phone 0316 555 019 | street Herrengasse 7 | trade optician",
    ),
    (
        "We are a moving company from Rotterdam, founded in 2003, and we do home moves, office moves and "
        "storage. Prices on request. Call 010 555 0188 or mail info at move easy dot nl. Use yellow and "
        "black.",
        "city Rotterdam | color black | color yellow | email info@moveeasy.nl | offer home moves | offer "
        "office moves | offer storage | phone 010 555 0188 | since 2003 | trade moving_company",
    ),
    (
        "J'ai un salon de coiffure à Bordeaux, 8 rue Sainte-Catherine. Il s'appelle Mèche Rebelle. Coupe "
        "femme 38 €, coupe homme 24 €, coloration à partir de 45 €. Du mardi au samedi, 9h30-19h. Style "
        "moderne, noir et doré, avec prise de rendez-vous en ligne.",
        "city Bordeaux | color doré | color noir | hours tue-sat 09:30-19:00 | in fr | look moderne | name "
        "Mèche Rebelle | offer Coupe femme = 38 EUR | offer coloration = 45 EUR + | offer coupe homme = 24 "
        "EUR | street 8 rue Sainte-Catherine | trade hair_salon | wants booking",
    ),
)


@pytest.mark.parametrize(("brief", "facts"), TYPED + SPOKEN + FOREIGN + OTHERS)
def test_every_fact_of_a_brief_is_found_and_nothing_else(brief: str, facts: str) -> None:
    assert told(understand(brief)) == {fact.strip() for fact in facts.split("|")}


def told(business: Business) -> set[str]:
    """A business as short sentences, one for each fact."""
    place, contacts, style = business.place, business.contacts, business.style
    words = business.trade_words if business.trade is None else None
    single = {
        "name": business.name, "trade": business.trade, "words": words, "city": place.city, "street": place.street,
        "region": place.region, "phone": contacts.phone, "email": contacts.email, "website": contacts.website,
        "since": business.since, "tagline": business.tagline,
        "in": None if business.language == "en" else business.language,
    }  # fmt: skip
    several = {
        "look": style.adjectives,
        "color": style.colors,
        "wants": business.features,
        "person": business.people,
    }
    return {
        *(f"{word} {value}" for word, value in single.items() if value is not None),
        *(f"{word} {value}" for word, values in several.items() for value in values),
        *(f"{network} {handle}" for network, handle in contacts.social.items()),
        *(f"offer {_item(item)}" for item in business.offer),
        *(f"hours {_hours(row)}" for row in business.hours),
        *({None: [], True: ["dark"], False: ["light"]}[style.dark]),
    }


def _item(item: Item) -> str:
    price = item.price
    if price is None:
        return item.name
    parts = [
        f"{price.amount:g}",
        price.currency,
        f"/ {price.unit}" if price.unit else None,
        "+" if price.at_least else None,
    ]
    return f"{item.name} = " + " ".join(part for part in parts if part)


def _hours(row: Hours) -> str:
    times = "closed" if row.closed else f"{row.opens or '?'}-{row.closes or '?'}"
    return f"{_days(list(row.days))} {times}"


def _days(days: list[str]) -> str:
    week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    runs: list[list[str]] = []
    for day in days:
        if runs and week.index(runs[-1][-1]) + 1 == week.index(day):
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs) or "every"
