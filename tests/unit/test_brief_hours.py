"""Opening hours as people write and say them, and the many other times, numbers and days that are none."""

import pytest

from ai.brief import understand
from ai.brief.days import WEEK
from ai.business import Hours

LINES = (
    (
        "Mon 9-5\nTue 9-5\nWed 9-5\nThu 9-5\nFri 9-5\nSat closed\nSun closed",
        "mon-fri 09:00-17:00; sat-sun closed",
    ),
    ("Monday: 9:00 \u2013 17:00\nTuesday: 9:00 \u2013 17:00\nWednesday: closed", "mon-tue 09:00-17:00; wed closed"),
    (
        "Opening hours:\nMonday to Thursday 8am to 6pm\nFriday 8am to 4pm\nSaturday and Sunday closed",
        "mon-thu 08:00-18:00; fri 08:00-16:00; sat-sun closed",
    ),
    ("Hours\n- Tue\u2013Fri: 11\u201319\n- Sat: 11\u201316", "tue-fri 11:00-19:00; sat 11:00-16:00"),
    ("Monday | 9:00-12:00\nTuesday | 14:00-18:00", "mon 09:00-12:00; tue 14:00-18:00"),
    ("Monday\n9am - 5pm\nTuesday\n10am - 6pm\nSunday\nClosed", "mon 09:00-17:00; tue 10:00-18:00; sun closed"),
    ("Monday\t09:00-18:00\nTuesday\t09:00-18:00", "mon-tue 09:00-18:00"),
    ("Mo-Fr 8:00-18:00\nSa 9:00-13:00", "mon-fri 08:00-18:00; sat 09:00-13:00"),
    ("MON-FRI 7AM-3PM\nSAT 8AM-2PM\nSUN CLOSED", "mon-fri 07:00-15:00; sat 08:00-14:00; sun closed"),
    (
        "Mon, Tue, Thu: 10.00-18.00\nFri: 10.00-20.00\nWed & Sun: closed",
        "mon-tue,thu 10:00-18:00; fri 10:00-20:00; wed,sun closed",
    ),
    (
        "Monday: closed\nTuesday-Friday: 5pm-10pm\nSaturday: noon-11pm\nSunday: noon-9pm",
        "mon closed; tue-fri 17:00-22:00; sat 12:00-23:00; sun 12:00-21:00",
    ),
    ("Monday: 9am - 12pm, 1pm - 5pm\nTuesday: 9am - 12pm", "mon 09:00-12:00 13:00-17:00; tue 09:00-12:00"),
    ("Tue  10-14 / 16-20\nWed  10-14", "tue 10:00-14:00 16:00-20:00; wed 10:00-14:00"),
    ("Hours: M-Th 11-9, F-Sa 11-10, Su 12-8", "mon-thu 11:00-21:00; fri-sat 11:00-22:00; sun 12:00-20:00"),
    ("Open M/W/F 8-4, Tu/Th 10-6", "mon,wed,fri 08:00-16:00; tue,thu 10:00-18:00"),
    ("Opening times: Wed-Sun 10-16 | closed Mon + Tue", "wed-sun 10:00-16:00; mon-tue closed"),
    (
        "* Mon-Wed 08:00-17:00\n* Thu 08:00-20:00\n* Fri 08:00-15:00",
        "mon-wed 08:00-17:00; thu 08:00-20:00; fri 08:00-15:00",
    ),
)

RANGES = (
    ("Open Mon-Fri 9-5", "mon-fri 09:00-17:00"),
    ("open Mon \u2013 Fri 9 \u2013 5", "mon-fri 09:00-17:00"),
    ("open Mon\u2014Fri 9\u20145", "mon-fri 09:00-17:00"),
    ("Mon. - Fri. 9 a.m. - 5 p.m.", "mon-fri 09:00-17:00"),
    ("Open Monday thru Friday, 9am thru 5pm", "mon-fri 09:00-17:00"),
    ("We are open Monday through Saturday from 9 am through 6 pm", "mon-sat 09:00-18:00"),
    ("we're open 9 'til 5 on weekdays", "mon-fri 09:00-17:00"),
    ("Open 9am until 5pm, Monday until Friday", "mon-fri 09:00-17:00"),
    ("You can come by between 9 and 5 Tuesday to Friday", "tue-fri 09:00-17:00"),
    ("Business hours are from 10 to 19, Tuesday till Saturday", "tue-sat 10:00-19:00"),
    ("Daily 10~19", "mon-sun 10:00-19:00"),
    ("Bakery in Ghent. 6-14.", "mon-sun 06:00-14:00"),
    ("The shop's open Thursday to Monday 10 to 4", "mon,thu-sun 10:00-16:00"),
)

DAY_CLOCK = (
    ("open daily 07:00-18:00", "mon-sun 07:00-18:00"),
    ("open Mon-Fri 0800 to 1700", "mon-fri 08:00-17:00"),
    ("Mon to Fri from 0730 to 1600 hours", "mon-fri 07:30-16:00"),
    ("open weekdays 8.00 - 16.30", "mon-fri 08:00-16:30"),
    ("open 8h-18h on weekdays", "mon-fri 08:00-18:00"),
    ("open 8h30-18h on weekdays", "mon-fri 08:30-18:00"),
    ("Fri, Sat 17:30-00:00", "fri-sat 17:30-24:00"),
    ("open Thu-Sat 18:00 to 02:00", "thu-sat 18:00-02:00"),
    ("Tuesday to Sunday 10:15 to 18:45", "tue-sun 10:15-18:45"),
    ("Open 7-18 every day", "mon-sun 07:00-18:00"),
    ("Mon-Sat 8-20, Sun 10-18", "mon-sat 08:00-20:00; sun 10:00-18:00"),
)

HALVES = (
    ("open 9 a.m. to 5 p.m. Monday to Friday", "mon-fri 09:00-17:00"),
    ("open 9AM-5PM daily", "mon-sun 09:00-17:00"),
    ("Mon-Fri 8a-6p", "mon-fri 08:00-18:00"),
    ("open 9am-5 on weekdays", "mon-fri 09:00-17:00"),
    ("open 9-5pm on weekdays", "mon-fri 09:00-17:00"),
    ("open Saturdays 10-2pm", "sat 10:00-14:00"),
    ("Sundays 11-3pm", "sun 11:00-15:00"),
    ("Open Wednesdays 7-9pm", "wed 19:00-21:00"),
    ("Open 9 AM to 12 PM on Saturday", "sat 09:00-12:00"),
    ("Tue-Thu 9am \u2013 1.30pm", "tue-thu 09:00-13:30"),
    ("Monday to Friday 8:30 am to 4:30 pm", "mon-fri 08:30-16:30"),
    ("Friday and Saturday 6pm-12am", "fri-sat 18:00-24:00"),
    ("open from eight in the morning to six in the evening every day", "mon-sun 08:00-18:00"),
    ("we open at ten in the morning and close at eight at night", "mon-sun 10:00-20:00"),
    ("open Mondays around seven till five", "mon 07:00-17:00"),
    ("open from 8.30am until 4pm on Fridays", "fri 08:30-16:00"),
    ("open from 6 in the morning until 2 pm, Tuesday to Sunday", "tue-sun 06:00-14:00"),
)

SPOKEN = (
    (
        "monday to friday seven thirty till five saturdays eight to noon closed sunday",
        "mon-fri 07:30-17:00; sat 08:00-12:00; sun closed",
    ),
    ("we're open half past eight to quarter to six on weekdays", "mon-fri 08:30-17:45"),
    ("open half eight till half five monday to thursday", "mon-thu 08:30-17:30"),
    ("open from a quarter to nine until a quarter past five tuesday to friday", "tue-fri 08:45-17:15"),
    ("we open at a quarter past seven in the morning and close at five thirty", "mon-sun 07:15-17:30"),
    ("open eight o'clock to six o'clock monday to saturday", "mon-sat 08:00-18:00"),
    ("we are open nine thirty to five fifteen tuesdays and thursdays", "tue,thu 09:30-17:15"),
    (
        "the salon is open tuesday to saturday from eight forty five to four fifteen",
        "tue-sat 08:45-16:15",
    ),
    ("open from twenty past nine to ten to six every day", "mon-sun 09:20-17:50"),
    (
        "um so weekdays from seven am to half past six and on saturdays from eight till noon",
        "mon-fri 07:00-18:30; sat 08:00-12:00",
    ),
    (
        "we open weekdays at seven and we close at four and on the weekend it's eight to two",
        "mon-fri 07:00-16:00; sat-sun 08:00-14:00",
    ),
    (
        "monday to friday eight to half four and i don't do weekends you can mail me",
        "mon-fri 08:00-16:30; sat-sun closed",
    ),
    (
        "closed on mondays tuesday to thursday eleven to nine friday and saturday eleven to eleven",
        "mon closed; tue-thu 11:00-21:00; fri-sat 11:00-23:00",
    ),
    ("open seven days from ten thirty to eight thirty", "mon-sun 10:30-20:30"),
    (
        "the cafe opens at eight every day and it closes at six except on sundays when we close at four",
        "mon-sat 08:00-18:00; sun 08:00-16:00",
    ),
    ("er saturdays nine to one sundays we're closed and the rest of the week nine to six",
     "mon-fri 09:00-18:00; sat 09:00-13:00; sun closed"),
    ("we're there mondays wednesdays and fridays nine to twelve", "mon,wed,fri 09:00-12:00"),
    ("open from noon till ten in the evening wednesday through sunday", "wed-sun 12:00-22:00"),
)  # fmt: skip

NAMED = (
    ("open noon to 9 pm daily", "mon-sun 12:00-21:00"),
    ("open midday till midnight Thursday to Saturday", "thu-sat 12:00-24:00"),
    ("Open Friday 11am - late", "fri 11:00-?"),
    ("we're open Thursday to Saturday from 5 pm till late", "thu-sat 17:00-?"),
    ("open sunrise to sunset", ""),
    ("open Sundays from twelve noon to five", "sun 12:00-17:00"),
    ("open 8am to 12 noon on Saturdays", "sat 08:00-12:00"),
)

BREAKS = (
    ("Open Mon-Fri 9-1 and 2-6", "mon-fri 09:00-13:00 14:00-18:00"),
    ("Mon-Fri 9-12 and 13-17", "mon-fri 09:00-12:00 13:00-17:00"),
    ("8 to 12 and 2 to 5 on weekdays", "mon-fri 08:00-12:00 14:00-17:00"),
    (
        "We're open nine to five Monday to Friday, closed for lunch one to two",
        "mon-fri 09:00-13:00 14:00-17:00",
    ),
    ("open Tue-Sat 9:00-18:00 with a break from 12:30 to 14:00", "tue-sat 09:00-12:30 14:00-18:00"),
    ("Mon-Fri 9-6 (closed 1-2)", "mon-fri 09:00-13:00 14:00-18:00"),
    ("Mon-Fri 9 to 6, lunch 12:30-1:30", "mon-fri 09:00-12:30 13:30-18:00"),
    (
        "We are open from 8 to 5 on weekdays. We close between 12 and 1 for lunch.",
        "mon-fri 08:00-12:00 13:00-17:00",
    ),
    (
        "Mon-Fri 9-5, lunch break 12-1, Sat 9-12",
        "mon-fri 09:00-12:00 13:00-17:00; sat 09:00-12:00",
    ),
    (
        "Monday to Saturday ten to eight, siesta from two to five",
        "mon-sat 10:00-14:00 17:00-20:00",
    ),
    ("We do lunch 12 to 2:30 and dinner 6 to 10, Tuesday to Sunday", "tue-sun 12:00-14:30 18:00-22:00"),
    ("Lunch: 12-14, Dinner: 18-22", "mon-sun 12:00-14:00 18:00-22:00"),
    (
        "Hours Tuesday to Friday ten to six. For lunch we shut from one to half past one. Saturday ten to three.",
        "tue-fri 10:00-13:00 13:30-18:00; sat 10:00-15:00",
    ),
    (
        "mornings 8 to 12 and afternoons 3 to 7, Monday to Friday",
        "mon-fri 08:00-12:00 15:00-19:00",
    ),
    ("We open at nine and close at one and then again from four to eight", "mon-sun 09:00-13:00 16:00-20:00"),
    ("Mon-Fri 8-17 (12-13 closed)", "mon-fri 08:00-12:00 13:00-17:00"),
)

EXCEPTIONS = (
    ("Open every day except Wednesday, 10 to 6", "wed closed; mon-tue,thu-sun 10:00-18:00"),
    ("every day but Monday, 8 to 6", "mon closed; tue-sun 08:00-18:00"),
    ("daily except Sundays 9-9", "sun closed; mon-sat 09:00-21:00"),
    ("8-8 any day but sunday", "sun closed; mon-sat 08:00-20:00"),
    ("We open every day bar Tuesday from 11 till 7", "tue closed; mon,wed-sun 11:00-19:00"),
    (
        "Open Monday to Saturday 9-5 except Wednesday when we close at 1",
        "mon-tue,thu-sat 09:00-17:00; wed 09:00-13:00",
    ),
    ("Open 9-6 all week apart from Sunday", "sun closed; mon-sat 09:00-18:00"),
    (
        "Open 9 to 6 every day except Thursdays, when we're open until 8",
        "mon-wed,fri-sun 09:00-18:00; thu 09:00-20:00",
    ),
    ("Open all days except the weekend, 7-3", "sat-sun closed; mon-fri 07:00-15:00"),
    ("closed Mondays, every other day 9 to 5", "mon closed; tue-sun 09:00-17:00"),
    ("we never open on sundays otherwise it's ten to six", "sun closed; mon-sat 10:00-18:00"),
    ("Tuesday to Saturday 10-6, not on Fridays", "tue-thu,sat 10:00-18:00; fri closed"),
)

GROUPS = (
    ("weekdays 8-6, weekends 10-4", "mon-fri 08:00-18:00; sat-sun 10:00-16:00"),
    ("open seven days a week from 6am to 10pm", "mon-sun 06:00-22:00"),
    ("7 days a week 8am-8pm", "mon-sun 08:00-20:00"),
    ("Open 7 days 9-5", "mon-sun 09:00-17:00"),
    ("9-5 weekdays and 10-2 at weekends", "mon-fri 09:00-17:00; sat-sun 10:00-14:00"),
    (
        "8am-6pm Monday to Friday and 9am-1pm on Saturday",
        "mon-fri 08:00-18:00; sat 09:00-13:00",
    ),
    (
        "call it 8 to 4 Monday through Thursday, and Fridays 9 to 1",
        "mon-thu 08:00-16:00; fri 09:00-13:00",
    ),
    ("Tuesday and Thursday 9-12, Wednesday 2-6", "tue,thu 09:00-12:00; wed 14:00-18:00"),
    ("Monday, Wednesday and Friday from 4 to 9 pm", "mon,wed,fri 16:00-21:00"),
    ("We open Mon-Sat 9-6. Sundays an hour later.", "mon-sat 09:00-18:00"),
    ("Sat 8-12, Sun 9-12, other days 7-19", "mon-fri 07:00-19:00; sat 08:00-12:00; sun 09:00-12:00"),
    ("we open 8 to 5 during the week and 9 to 1 on Saturdays", "mon-fri 08:00-17:00; sat 09:00-13:00"),
    ("Mon-Fri 9-5. Saturday by appointment.", "mon-fri 09:00-17:00"),
    ("open Monday to Friday 9-5, weekends closed", "mon-fri 09:00-17:00; sat-sun closed"),
    (
        "Open Tuesday to Friday, 9 till 5.30. Saturdays? 9 till 1. Sundays and Mondays we rest, so closed.",
        "tue-fri 09:00-17:30; sat 09:00-13:00; mon,sun closed",
    ),
    ("Wednesday is the day I paint, so we're closed. Otherwise 10 to 5.",
     "wed closed; mon-tue,thu-sun 10:00-17:00"),
    ("Mondays I do the books so it's shut, Tuesday to Sunday it's 11 to 6", "mon closed; tue-sun 11:00-18:00"),
    ("The gallery is open Thu to Sun, 1 to 5", "thu-sun 13:00-17:00"),
)  # fmt: skip

ALWAYS = (
    ("Locksmith in Leeds, open 24/7", "mon-sun 00:00-24:00"),
    ("we're open 24 hours", "mon-sun 00:00-24:00"),
    ("the gym is open round the clock", "mon-sun 00:00-24:00"),
    ("open twenty four seven", "mon-sun 00:00-24:00"),
    ("We are available 24 hours a day, seven days a week", "mon-sun 00:00-24:00"),
    ("we reply within 24 hours", ""),
    ("24 hours notice for cancellations please", ""),
    ("open Mon-Fri 8-6, emergencies 24/7", "mon-fri 08:00-18:00"),
    ("Mon-Sat 9-5, and you can order online 24/7", "mon-sat 09:00-17:00"),
    ("by appointment only", ""),
    ("Hours: by appointment", ""),
    ("dough rests for 24 hours", ""),
    ("a 24 hour guarantee", ""),
)

AT_NIGHT = (
    ("We open at six every night except Tuesday and we close at eleven.", "mon,wed-sun 18:00-23:00; tue closed"),
    ("open at half five every evening and we close at ten", "mon-sun 17:30-22:00"),
    ("We're open six to eleven at night, Wednesday to Saturday.", "wed-sat 18:00-23:00"),
    ("we're open from five to ten at night", "mon-sun 17:00-22:00"),
    (
        "Open Thursday to Sunday, six to eleven. No wait, since June we start at five, "
        "so five to eleven in the evening.",
        "thu-sun 17:00-23:00",
    ),
    ("tues-sat 9-5, thurs til 7", "tue-wed,fri-sat 09:00-17:00; thu 09:00-19:00"),
    ("Open 9 to 1 and 4 to 8 Monday to Friday, Saturday on request.", "mon-fri 09:00-13:00 16:00-20:00"),
    ("Mon-Thu 10-4, Friday by appointment only.", "mon-thu 10:00-16:00"),
    ("mo-fr 9h-18h, sa 9h-13h", "mon-fri 09:00-18:00; sat 09:00-13:00"),
)

HALF_TOLD = (
    ("open from 6pm every day", "mon-sun 18:00-?"),
    ("we open at 8", "mon-sun 08:00-?"),
    ("We open at 8 and close at 6.", "mon-sun 08:00-18:00"),
    ("open weekdays from 7", "mon-fri 07:00-?"),
    ("doors open at 7 pm on Fridays", "fri 19:00-?"),
    ("open until 10 pm", "mon-sun ?-22:00"),
    ("we close at 6", "mon-sun ?-18:00"),
    ("we're open till midnight on Saturdays", "sat ?-24:00"),
    ("Opens 7.30am, closes 4pm, Mon-Fri", "mon-fri 07:30-16:00"),
    ("We open our doors at nine and shut at five", "mon-sun 09:00-17:00"),
    ("Opening time is 9 am and closing time is 8 pm", "mon-sun 09:00-20:00"),
)

LATE = (
    ("Mon-Sat 9-6, Thursdays until 8", "mon-wed,fri-sat 09:00-18:00; thu 09:00-20:00"),
    ("9-5 weekdays, late opening Thursday till 7pm", "mon-wed,fri 09:00-17:00; thu 09:00-19:00"),
    ("Tue-Sat 10-6 (Thu till 8)", "tue-wed,fri-sat 10:00-18:00; thu 10:00-20:00"),
    ("open 9 to 5 Monday to Friday, Fridays 9 to 4", "mon-thu 09:00-17:00; fri 09:00-16:00"),
    (
        "Open Monday to Saturday nine to six. On Saturdays we close at two.",
        "mon-fri 09:00-18:00; sat 09:00-14:00",
    ),
    ("open 9 to 6, Wednesdays open late until 9pm", "mon-tue,thu-sun 09:00-18:00; wed 09:00-21:00"),
    ("Mon-Fri 9-5, from 10 on Wednesdays", "mon-tue,thu-fri 09:00-17:00; wed 10:00-17:00"),
    ("10 to 6 Tuesday to Saturday, until 8 on Thursday", "tue-wed,fri-sat 10:00-18:00; thu 10:00-20:00"),
    ("every day 11 to 10, and till midnight on Fridays and Saturdays",
     "mon-thu,sun 11:00-22:00; fri-sat 11:00-24:00"),
    ("Mon-Fri 10-6, Saturday only till 1", "mon-fri 10:00-18:00; sat ?-13:00"),
)  # fmt: skip

SEASONS = (
    ("Open daily 9-5; in winter 10-4", "mon-sun 09:00-17:00"),
    ("We're open 9 to 5 every day. From October to March it's 10 to 4.", "mon-sun 09:00-17:00"),
    ("Open Tue-Sun 10-6, in summer until 10pm", "tue-sun 10:00-18:00"),
    ("Mon-Fri 8-5. On public holidays 10-2.", "mon-fri 08:00-17:00"),
    ("Mon-Sat 9-6. Christmas Eve 9-1.", "mon-sat 09:00-18:00"),
    ("Open Mon-Fri 9-5 and the first Saturday of the month 10-1", "mon-fri 09:00-17:00"),
    ("Mon-Fri 9-5, every second Thursday 6-8pm", "mon-fri 09:00-17:00"),
    ("Mon-Sat 10-6. In December we also open Sundays 12-5.", "mon-sat 10:00-18:00"),
    ("open 9-5 weekdays; during the school holidays 9-3", "mon-fri 09:00-17:00"),
    ("Open Wed-Sun 12-8. 24 December: 12-3. Closed on 1 January.", "wed-sun 12:00-20:00"),
    (
        "in august we start at six but leave that out it's normally eight to four monday to friday",
        "mon-fri 08:00-16:00",
    ),
    ("Tue-Sat 9-5, in January we work Mondays too", "tue-sat 09:00-17:00"),
)

CORRECTED = (
    ("we're open nine to five, no wait, nine to six", "mon-sun 09:00-18:00"),
    ("open Tuesday I mean Thursday ten to four", "thu 10:00-16:00"),
    ("We're open Mon-Fri 9-5, scratch that, Mon-Fri 9-6.", "mon-fri 09:00-18:00"),
    ("open Monday to Saturday, sorry, Monday to Friday, eight to four", "mon-fri 08:00-16:00"),
    ("closed Mondays, no, Tuesdays, open ten to six", "tue closed; mon,wed-sun 10:00-18:00"),
    ("open ten till seven, or rather eight", "mon-sun 10:00-20:00"),
    ("weekdays 10 to 6, no, 10 to 7", "mon-fri 10:00-19:00"),
    ("open eight to five, make that six", "mon-sun 08:00-18:00"),
    ("we open at seven i mean eight and close at six", "mon-sun 08:00-18:00"),
    ("we open at 8, no 9, and close at 5", "mon-sun 09:00-17:00"),
    ("Saturday 8 to 11, hmm, actually 9 to 11", "sat 09:00-11:00"),
    (
        "Open Thursday to Monday, ten to five, no wait, I changed that to half past five",
        "mon,thu-sun 10:00-17:30",
    ),
    (
        "Tue to Fri half nine to four, hang on, it's half past four now, so half past four",
        "tue-fri 09:30-16:30",
    ),
    ("We close at five. Actually no, at six.", "mon-sun ?-18:00"),
    ("Mon-Fri 9 to 5. Sundays 11 to 3. Oh wait, we don't open Sundays.", "mon-fri 09:00-17:00; sun closed"),
    (
        "saturday nine to one well actually i dropped the nine o'clock so it's ten to one",
        "sat 10:00-13:00",
    ),
    ("Mon-Sat 8-6. Actually, Saturdays only till two.", "mon-fri 08:00-18:00; sat 08:00-14:00"),
    ("Thursdays until 8. Wait, no, I stopped the late Thursdays. Just 9 to 6 Monday to Friday.",
     "mon-fri 09:00-18:00"),
    ("We used to open at ten; now it's nine, nine to six, Monday to Saturday", "mon-sat 09:00-18:00"),
)  # fmt: skip

LIKELY = (
    ("open 7-3 Monday to Friday", "mon-fri 07:00-15:00"),
    ("open 10-6 daily", "mon-sun 10:00-18:00"),
    ("open 12-8 daily", "mon-sun 12:00-20:00"),
    ("Sundays 1-5", "sun 13:00-17:00"),
    ("Open for dinner 5-10, Wednesday to Sunday", "wed-sun 17:00-22:00"),
    ("we're open every evening 6-11", "mon-sun 18:00-23:00"),
    ("open 6-2 daily", "mon-sun 06:00-14:00"),
    ("open weekdays 4-10", "mon-fri 16:00-22:00"),
    ("Friday 9pm-4", "fri 21:00-04:00"),
    ("open 10-22", "mon-sun 10:00-22:00"),
    ("Wednesday to Saturday evenings from 7 to 12", "wed-sat 19:00-24:00"),
    ("open 7-7 Monday to Saturday", "mon-sat 07:00-19:00"),
    ("open Thursday nights 8 to 2", "thu 20:00-02:00"),
    ("Tue-Sat 12-12", "tue-sat 12:00-24:00"),
)

ELSEWHERE = (
    ("Mon-Fri 9-12 und 14-18 Uhr, wir sind eine Bäckerei und haben viel Brot", "mon-fri 09:00-12:00 14:00-18:00"),
    (
        "Wir sind eine Metzgerei in Ulm. Montag bis Freitag von 8 bis 18 Uhr, samstags bis 13 Uhr, sonntags zu",
        "mon-fri 08:00-18:00; sat ?-13:00; sun closed",
    ),
    (
        "Nous sommes une boulangerie à Lille, ouverts du lundi au vendredi de 9h à 12h et de 14h à 18h, fermé le "
        "dimanche",
        "mon-fri 09:00-12:00 14:00-18:00; sun closed",
    ),
    (
        "Somos una panadería en Vigo. Abrimos de lunes a viernes de 9 a 14 y de 17 a 20:30, domingos cerrado.",
        "mon-fri 09:00-14:00 17:00-20:30; sun closed",
    ),
    ("Siamo una pizzeria a Bari, aperti dal martedì alla domenica dalle 18 alle 23", "tue-sun 18:00-23:00"),
    ("Somos uma padaria em Faro, aberta de segunda a sexta das 9h às 18h", "mon-fri 09:00-18:00"),
)  # fmt: skip

NO_HOURS = (
    "The band plays from 8 to 11",
    "Last pizza goes in at 9:30",
    "Our dog naps 2 to 4",
    "Dogs must be picked up by 5",
    "Coffee for 2 to 4 euros",
    "Yoga in the park, Sundays at 9",
    "I answer emails between 8 and 10",
    "Book at least 2 to 3 days ahead",
    "The bus 10 to 12 stops here",
    "Open house on Saturday 12 May, 2 to 5",
    "We deliver between 10 and 2",
    "The market is Fridays 7 to 1",
    "guided walks Saturdays 10 to 12",
    "We shoot from 9 to 5 on a full day",
    "Swim lessons for kids Saturdays 9 to 10",
    "The workshop on Saturdays is 10 to 1.",
    "I have a stall at the market on Saturdays from 8 to 2",
    "On Saturdays from 8 to 2 I'm at the farmers market.",
    "We do a knitting group Tuesdays 7 to 9",
    "The emergency line is open from 6 to 10",
    "For emergencies ring us 6 till midnight on weekends",
    "Soup is served 11 to 1.30",
    "Our pizza oven is lit from 5 to 10",
    "Tea is served from 3 to 5",
    "Church next door has bells from 9 to 10 on Sundays",
    "The gallery across the street opens 10 to 6",
    "The old owner opened Mon-Fri 9-5",
    "The post office counter is 9 to 12",
    "Story time is Saturdays 10 to 11",
    "No opening hours, I work when the baby sleeps.",
    "Parking is free after 6 and from 12 to 2",
    "My kids finish school at 3 so I'm gone then",
    "We have a staff meeting Mondays 8 to 9",
    "Deliveries arrive between 5 and 7 every day",
    "It used to be 9 to 5",
    "Trains run from 6 to 11",
    "I'm a night owl, so write me between 10 and 12 at night",
    "Our wifi password is printed Monday to Friday",
    "Sunday lunch is our thing",
    "We hold auctions on Fridays from 6 to 8",
    "The choir practises here Wednesdays 7-9",
    "Pop-up at the brewery next Friday 5 to 9",
    "I do school runs at 8 and 3",
    "We were open 9 to 5 back in the day",
    "Lunch break for my staff is 12 to 1",
    "The shop opposite is open 8 to 8",
    "The place before us was open from 7 to 7",
    "Out of hours line 6pm to 8am",
    "Wine tasting every Thursday 7-9",
    "Toddler group Mondays 10-11.30",
    "I'm on the radio Fridays 2 to 4",
    "Orders by 6pm arrive next day",
    "Order before 2 for next day delivery",
    "Collections from 3 to 5 on Fridays",
    "Allow 2 to 4 weeks",
    "Our ceremony starts at 3 and the party goes until 12",
    "We teach ages 5 to 9 and 10 to 14",
    "Classes Tuesday 6-7pm, Thursday 6-7pm",
    "I usually get home at 6",
    "We cater for 10 to 50",
    "You can ring between 9 and 5",
    "answerphone after 6",
    "My husband is home from 5",
    "Chairs seat 4 to 6",
    "Parking is tricky between 8 and 10",
    "Ferry leaves at 9 and comes back at 5",
    "Text me before 8pm. I take bookings between 2 and 4 weeks ahead.",
    "I've been doing this from 2001 to 2024, nine to five was never for me",
    "Breakfast 6-10 is included, rooms from 80",
    "the museum next door is open 10 to 5 and we open at the same time",
    "We'll be closed Monday 5 May to Friday 9 May",
    "Pick up your order Fri 3-6",
    "Zoom calls Tue 18-19, otherwise see you at the shop",
    "please have it ready in 2 to 3 weeks, by Monday",
    "our puppies sleep 18 to 20 hours",
    "Route 9 to 5 is closed",
    "Spin class Tuesdays at 6pm",
    "The beginners course is Wednesdays 7-9pm",
    "Delivery 5-9pm",
    "We deliver on Tuesdays between 9 and 12",
    "Phone lines open 9-12",
    "Call between 10 and 2",
    "call me weekdays from 9 to 5 on 555 0134",
    "i answer messages from nine to five monday to thursday",
    "the phone is only answered on weekdays between 10am and 2pm",
    "My sister's shop is open 9-9",
    "The cafe next door opens at 7",
    "we used to open at 6",
    "Our old shop opened Mon-Sat 8-6",
    "When I was at the big salon in town I worked nine to nine.",
    "Happy hour 5-7pm",
    "Cakes 10-15 euros",
    "Cakes from 10 to 15 euros",
    "Kids 3-12 welcome",
    "we take children from two to six",
    "for ages 6 to 10",
    "I worked in Rome 1998-2004",
    "9-11 Bridge Street, Perth",
    "telephone 12-34-56",
    "A session takes 45-60 min",
    "It takes two to three hours",
    "sizes 8-16",
    "Tables of 4 to 6",
    "groups of 8-12 people",
    "10-15 minutes from the station",
    "shipping in 3-5 days",
    "puppies from 6 to 8 weeks old",
    "two to four bedrooms",
    "we bake 10 to 12 different loaves",
    "I get up at 4 and bake until 7",
    "we are next to the 7-11",
    "a score of 9 to 10",
    "A small menu of 3-5 courses",
    "Weddings from 50 to 120 guests",
    "1-2-1 coaching",
    "Check-in from 3 to 10 pm, check-out until 11 am",
    "The kitchen closes at 9",
    "last orders at 10.30pm",
    "mass at 10 on Sundays",
    "you find us at the farmers market Saturdays 8-1",
    "Free parking 9-5",
    "I still have my nine to five job",
    "Live music Fridays 8-11pm",
    "Call me after 6",
    "the bus runs until 11",
    "no opening hours on the site please",
    "we might open on Sundays 10-2 next year",
    "in July we're out there at six but don't put that",
    "our children are 4 and 9",
    "it's 5 to 10 percent off",
    "I can do 2 or 3 a day from Monday",
    "a table for 2 at 8",
    "Lunch menu 12-14 euros",
    "from 10 dollars to 12 dollars",
    "founded at the end of 2019, 5 to 6 staff",
    "the 9 to 5 crowd loves our coffee",
    "My brother's garage does Monday to Friday 8-5",
    "We won 3-1 on Saturday",
    "brunch on Sundays at 11",
    "please publish it by Friday 5pm",
    "send me the draft before Monday 9 am",
    "I am free Tuesday 10-12 for a call about the website",
    "Lessons are 30 euros from 4 to 6 students",
    "Roasts from 6 to 9 pounds a kilo",
    "the course runs from 9 to 12 weeks",
)

BESIDE = (
    ("Open Mon-Sat 9-6. Beginners' workshop on Thursdays 7-9pm.", "mon-sat 09:00-18:00"),
    ("We're open 12-11 daily, kitchen till 9", "mon-sun 12:00-23:00"),
    ("Open daily noon to 11pm, happy hour 5-7pm", "mon-sun 12:00-23:00"),
    (
        "I work 8am-8pm every day, but the phone is only answered on weekdays between 9am and noon.",
        "mon-sun 08:00-20:00",
    ),
    ("Open Tue-Sun 10-6, last admission 5:15", "tue-sun 10:00-18:00"),
    ("Mon-Fri 9-5. Parties for kids 4-10. 15-20 minutes from town.", "mon-fri 09:00-17:00"),
    ("We open Wed-Sat 11-5, tours are at 2 and 4", "wed-sat 11:00-17:00"),
    ("Weekdays 7-4. Free delivery Tuesdays 2-5.", "mon-fri 07:00-16:00"),
    ("07700 900 871, 9-6 Mon-Sat, quotes in 2-3 days", "mon-sat 09:00-18:00"),
    ("My mum's cafe is open till 8. We're open 9 to 5.", "mon-sun 09:00-17:00"),
    ("We used to close at six. Now we're open ten to eight, Monday to Saturday.", "mon-sat 10:00-20:00"),
    ("Sun to Wed closed, Thu-Sat 10-5, but the honesty box is open round the clock",
     "mon-wed,sun closed; thu-sat 10:00-17:00"),
    ("Piano lessons 4-9pm Monday to Friday, ages 6-16, 30-45 minutes", "mon-fri 16:00-21:00"),
    ("I teach Monday to Saturday 8am-7pm", "mon-sat 08:00-19:00"),
    ("Classes run weekdays from 7 to 11 in the morning", "mon-fri 07:00-11:00"),
)  # fmt: skip

MIXED = (
    (
        "We're open 7 days: Mon-Thu 7:00am-9:00pm, Fri-Sat 7:00am-10:00pm, Sun 8:00am-8:00pm.",
        "mon-thu 07:00-21:00; fri-sat 07:00-22:00; sun 08:00-20:00",
    ),
    ("The studio opens its doors at ten on Tuesdays and closes at six.", "tue 10:00-18:00"),
    (
        "Opening hours are Monday to Wednesday 9.30am to 5pm, Thursday 9.30am to 7pm, Friday 9.30am to "
        "5pm and Saturday 10am to 4pm.",
        "mon-wed,fri 09:30-17:00; thu 09:30-19:00; sat 10:00-16:00",
    ),
    (
        "i'm in the shop tuesday wednesday and thursday from ten to four and on saturday morning nine to twelve",
        "tue-thu 10:00-16:00; sat 09:00-12:00",
    ),
    (
        "we're open monday to friday nine to five thirty and saturday ten to four we're closed on "
        "sundays and bank holidays",
        "mon-fri 09:00-17:30; sat 10:00-16:00; sun closed",
    ),
    (
        "Mon-Fri: 9:00 AM to 6:00 PM; Sat: 9:00 AM to 1:00 PM; Sun: Closed",
        "mon-fri 09:00-18:00; sat 09:00-13:00; sun closed",
    ),
    ("Open Wed - Sun from 12pm, kitchen closes 9pm", "wed-sun 12:00-?"),
    (
        "You'll find us at the stall Thursday through Saturday, eight in the morning till we sell out",
        "thu-sat 08:00-?",
    ),
    ("Tuesday-Saturday, 11:00-19:00 (Fridays until 21:00)", "tue-thu,sat 11:00-19:00; fri 11:00-21:00"),
    (
        "Mon closed. Tue 12-6. Wed 12-6. Thu 12-8. Fri 12-8. Sat 10-6. Sun 10-4.",
        "mon closed; tue-wed 12:00-18:00; thu-fri 12:00-20:00; sat 10:00-18:00; sun 10:00-16:00",
    ),
    ("Open every day from eight until six apart from Christmas Day", "mon-sun 08:00-18:00"),
    (
        "we work monday to friday seven to four thirty but in an emergency you can ring any time",
        "mon-fri 07:00-16:30",
    ),
    ("We are open 10-5 Tuesday-Saturday and by appointment on Mondays.", "tue-sat 10:00-17:00"),
    (
        "The pub opens at 4 on weekdays and at noon on weekends, last call is 11.",
        "mon-fri 16:00-?; sat-sun 12:00-?",
    ),
    ("Hours, 6am to 2pm every day, closed Tuesdays", "tue closed; mon,wed-sun 06:00-14:00"),
    (
        "I'm open from half past nine to half past five Monday to Saturday with half an hour for lunch at one",
        "mon-sat 09:30-17:30",
    ),
    ("Weekdays nine to six, Saturday mornings nine till one", "mon-fri 09:00-18:00; sat 09:00-13:00"),
    ("We're here 8-5 Mon-Thu, 8-3 Fri", "mon-thu 08:00-17:00; fri 08:00-15:00"),
    ("Open Monday through Friday, from 8 in the morning until 5:30 in the afternoon", "mon-fri 08:00-17:30"),
    ("we open at six thirty every morning and we're done by two", "mon-sun 06:30-14:00"),
    ("Appointments available Mon-Fri 10am-6pm and some Saturdays", "mon-fri 10:00-18:00"),
    ("Lunch Tue-Fri 12-2, dinner Tue-Sat 6-10", "tue-fri 12:00-14:00 18:00-22:00; sat 18:00-22:00"),
    ("Tasting room open Fri 3-8, Sat 12-8, Sun 12-5", "fri 15:00-20:00; sat 12:00-20:00; sun 12:00-17:00"),
    ("Thursday to Saturday, 6 p.m. to 1 a.m.", "thu-sat 18:00-01:00"),
    ("The office is staffed 9-5, Monday to Friday, and out of hours you get voicemail", "mon-fri 09:00-17:00"),
    ("Open seven to seven, seven days.", "mon-sun 07:00-19:00"),
    ("Mo-Do 9-18, Fr 9-16", "mon-thu 09:00-18:00; fri 09:00-16:00"),
    ("we do mornings only 8 to 1 monday to saturday", "mon-sat 08:00-13:00"),
    (
        "Tuesday 9-5\nWednesday 9-5\nThursday 12-8\nFriday 9-5\nSaturday 9-2\nSunday & Monday: closed",
        "tue-wed,fri 09:00-17:00; thu 12:00-20:00; sat 09:00-14:00; sun,mon closed",
    ),
    (
        "Our opening times: 09:00-12:30 / 14:00-18:00 (Mon-Fri), 09:00-12:00 (Sat)",
        "mon-fri 09:00-12:30 14:00-18:00; sat 09:00-12:00",
    ),
    ("We used to do Sundays but not any more. Monday to Saturday 8 till 6.", "mon-sat 08:00-18:00"),
    (
        "my opening hours are eleven to seven tuesday through friday then saturday it's ten till five "
        "and i don't open sunday or monday",
        "tue-fri 11:00-19:00; sat 10:00-17:00; sun,mon closed",
    ),
    ("Open from 10. Close at 6. Every day.", "mon-sun 10:00-18:00"),
    ("Open 8:00 to 18:00 Mon, Tue, Thu, Fri; Wed 8:00 to 13:00", "mon-tue,thu-fri 08:00-18:00; wed 08:00-13:00"),
    (
        "the garage is open from eight to five thirty monday till friday and eight thirty to twelve "
        "thirty on saturdays",
        "mon-fri 08:00-17:30; sat 08:30-12:30",
    ),
    (
        "Hours are ten to six. Thursdays, well, I stay until nine on Thursdays.",
        "mon-wed,fri-sun 10:00-18:00; thu 10:00-21:00",
    ),
    ("Kitchen hours 12-9, bar open 12-12 daily", "mon-sun 12:00-24:00"),
    ("We open 5pm-1am Sun-Thu and 5pm-3am Fri-Sat", "sun,mon-thu 17:00-01:00; fri-sat 17:00-03:00"),
    ("Weekdays: 6.30-20.00. Weekends: 8-16.", "mon-fri 06:30-20:00; sat-sun 08:00-16:00"),
    ("Visits by appointment Tue & Thu 14:00-17:00", "tue,thu 14:00-17:00"),
    ("from monday to friday we are open from 9 to 13 and from 15 to 19", "mon-fri 09:00-13:00 15:00-19:00"),
    (
        "Our hours: Monday 8-12, 1-5; Tuesday 8-12; Wednesday 8-12, 1-5",
        "mon,wed 08:00-12:00 13:00-17:00; tue 08:00-12:00",
    ),
    ("open m-f 8-5", "mon-fri 08:00-17:00"),
    ("Monday to Friday 9 to 5. My assistant Anna is in on Tuesdays from 10 to 2.", "mon-fri 09:00-17:00"),
    ("We're open 9-6 weekdays. Our second shop in York is open 10-4 on Saturdays.", "mon-fri 09:00-18:00"),
    (
        "Puppy training is Saturdays at 10 and the shop is open Monday to Saturday, nine to half five.",
        "mon-sat 09:00-17:30",
    ),
    ("A 3-5 hour job is 200 dollars, we work 8-6 Mon-Fri", "mon-fri 08:00-18:00"),
    ("School tours from 9 to 11 on Mondays. Museum open Tue-Sun 10-5.", "tue-sun 10:00-17:00"),
    ("We're a team of 5 to 7, 10-15 jobs a week, open Mon-Fri 7-5", "mon-fri 07:00-17:00"),
    ("The last bus leaves at 11 so we close at 10:30pm", "mon-sun ?-22:30"),
    ("12 to 14 inch pizzas, 9 to 12 dollars, open 11-11 daily", "mon-sun 11:00-23:00"),
    ("we close at half past five, sorry, five", "mon-sun ?-17:00"),
    ("Fridays I leave at 3, other days 8 to 5", "mon-thu,sat-sun 08:00-17:00; fri ?-15:00"),
    ("We open 9-5 daily, closed Wednesday afternoons", "mon-sun 09:00-17:00"),
)

HEARD = (
    (
        "we open at ten in the morning and close at six thirty in the evening monday through friday "
        "saturday it's nine to five sunday closed you can text us at five oh three five five five oh one "
        "four two",
        "mon-fri 10:00-18:30; sat 09:00-17:00; sun closed",
    ),
    (
        "Open weekdays 7.30\u201317.00 and Saturdays 9.00\u201315.00; on Sundays we're closed. Soup is served "
        "11\u201313.30.",
        "mon-fri 07:30-17:00; sat 09:00-15:00; sun closed",
    ),
    (
        "I'm open Thursdays and Fridays from 11 till I sell out, hmm, put 11 to 4, and Saturdays 9 to 1. "
        "The farmers market on the waterfront had no space.",
        "thu-fri 11:00-16:00; sat 09:00-13:00",
    ),
    (
        "Our hours used to be 9 to 5 but nobody shops at nine, so now it's Tuesday through Friday 10 to 6 "
        "and Saturday 10 to 2.",
        "tue-fri 10:00-18:00; sat 10:00-14:00",
    ),
    (
        "The taproom is open Thursday 4pm-10pm, Friday and Saturday noon-midnight and Sunday 12-6pm. "
        "Brewery tours with tasting are Saturdays at 2.",
        "thu 16:00-22:00; fri-sat 12:00-24:00; sun 12:00-18:00",
    ),
    ("Mon\u2013Fri 8\u201318h, Sat 9\u201313h", "mon-fri 08:00-18:00; sat 09:00-13:00"),
    (
        "We see patients Monday, Tuesday and Thursday from 08:00 to 17:30, and on Friday from 08:00 till "
        "noon. Wednesdays we're closed.",
        "mon-tue,thu 08:00-17:30; fri 08:00-12:00; wed closed",
    ),
    (
        "Monday - Friday\n8:00 AM - 5:00 PM\nSaturday\n9:00 AM - 12:00 PM\nSunday - Closed",
        "mon-fri 08:00-17:00; sat 09:00-12:00; sun closed",
    ),
    ("hrs: tues thru sat 8am\u20136pm", "tue-sat 08:00-18:00"),
    (
        "Opening hours are 8.30 to 5.30 Monday to Friday and 9 to 12.30 on Saturday. Closed Sunday and "
        "bank holidays.",
        "mon-fri 08:30-17:30; sat 09:00-12:30; sun closed",
    ),
    (
        "Tuesday\u2013Friday 09.30\u201318.00 / Saturday 09.30\u201314.00 / Sunday & Monday closed",
        "tue-fri 09:30-18:00; sat 09:30-14:00; sun,mon closed",
    ),
    ("Hours: 10\u201318 (Tue\u2013Fri), 10\u201315 (Sat)", "tue-fri 10:00-18:00; sat 10:00-15:00"),
    (
        "okay so we're open um monday to friday eight thirty to five and then saturday um nine to twelve",
        "mon-fri 08:30-17:00; sat 09:00-12:00",
    ),
    (
        "our hours are uh ten to six tuesday to friday and uh ten to four saturday closed sunday monday",
        "tue-fri 10:00-18:00; sat 10:00-16:00; sun,mon closed",
    ),
    ("you can find us every day from seven till we're sold out which is usually around two", "mon-sun 07:00-?"),
    ("shop hours, 10am to 6pm, Tuesday-Saturday; the cafe part closes an hour earlier", "tue-sat 10:00-18:00"),
    ("8-4 mon-thu 8-2 fri", "mon-thu 08:00-16:00; fri 08:00-14:00"),
    ("Tue - Sat from 12 noon to 9 pm", "tue-sat 12:00-21:00"),
    ("Mon to Sat: 9.30 to 5.30; Sun: 11 to 4", "mon-sat 09:30-17:30; sun 11:00-16:00"),
    (
        "Open Tuesday, Wednesday and Friday 9-5, Thursday 9-8, Saturday 9-3",
        "tue-wed,fri 09:00-17:00; thu 09:00-20:00; sat 09:00-15:00",
    ),
    ("mornings only, 8 to 12, Monday to Friday", "mon-fri 08:00-12:00"),
    ("Mon-Fri 8:00-16:00 Uhr", "mon-fri 08:00-16:00"),
    ("evenings from six till midnight, closed on Mondays", "mon closed; tue-sun 18:00-24:00"),
    ("Wed/Thu 17:00-23:00, Fri/Sat 17:00-01:00", "wed-thu 17:00-23:00; fri-sat 17:00-01:00"),
    ("9am-5:30pm M-F, 9am-1pm Sat", "mon-fri 09:00-17:30; sat 09:00-13:00"),
    ("We open at 8am, closing time is 6pm, no Sundays.", "mon-sat 08:00-18:00; sun closed"),
    ("Hours vary but usually 10-4 Thursday to Sunday", "thu-sun 10:00-16:00"),
    ("Monday to Friday, 7 in the morning to 7 at night", "mon-fri 07:00-19:00"),
    (
        "We do half days on Wednesdays, 9-1, otherwise 9-5 Monday to Friday",
        "mon-tue,thu-fri 09:00-17:00; wed 09:00-13:00",
    ),
    ("Late opening Thursday until 8pm, other weekdays 9-5.30", "mon-wed,fri 09:00-17:30; thu ?-20:00"),
    (
        "open eleven to three for lunch and five thirty to ten for dinner every day but monday",
        "mon closed; tue-sun 11:00-15:00 17:30-22:00",
    ),
    ("we work weekdays 8 to 5, no hang on, half four on Fridays", "mon-thu 08:00-17:00; fri 08:00-16:30"),
    ("Open Mon-Fri 9-6, well, 4 on Fridays", "mon-thu 09:00-18:00; fri 09:00-16:00"),
    ("we're here monday to friday eight to five, sorry, three on fridays", "mon-thu 08:00-17:00; fri 08:00-15:00"),
    ("Weekdays 9 to 5:30, no wait, it's 7 on Thursdays.", "mon-wed,fri 09:00-17:30; thu 09:00-19:00"),
    ("Monday to Saturday 10 to 6, actually 2 on Saturdays", "mon-fri 10:00-18:00; sat 10:00-14:00"),
    (
        "open Tuesday to Saturday ten till six, except it's eight on Thursdays",
        "tue-wed,fri-sat 10:00-18:00; thu 10:00-20:00",
    ),
    ("open 9 to 5 Monday to Friday, until 8 on Thursdays", "mon-wed,fri 09:00-17:00; thu 09:00-20:00"),
    ("Mon-Fri 9-5 (Thu till 8)", "mon-wed,fri 09:00-17:00; thu 09:00-20:00"),
    ("mon-fri 9-5, late night thursday til 8", "mon-wed,fri 09:00-17:00; thu 09:00-20:00"),
    ("Open 8-5 weekdays but Friday we finish at 3", "mon-thu 08:00-17:00; fri 08:00-15:00"),
    ("weekdays eight till five and on fridays we knock off at three", "mon-thu 08:00-17:00; fri 08:00-15:00"),
    (
        "Tuesdays to Saturdays, first dog at 8 and I lock up at 4:30, closed Sundays and Mondays",
        "tue-sat 08:00-16:30; mon,sun closed",
    ),
    ("Monday to Friday, first appointment at 9, last one finishes at 5", "mon-fri 09:00-17:00"),
    ("I'm in from 8 and gone by 4, Monday to Thursday", "mon-thu 08:00-16:00"),
    ("we unlock at seven and lock up at six every day", "mon-sun 07:00-18:00"),
    ("Doors at 10, we shut at 4, Wednesday to Sunday", "wed-sun 10:00-16:00"),
    ("I start at 8 and finish at 4, weekdays only", "mon-fri 08:00-16:00"),
    ("Weekdays I begin at nine and pack up at three", "mon-fri 09:00-15:00"),
    ("the shutters go up at 6 and come down at 2, every day", "mon-sun 06:00-14:00"),
    ("We open at 6.30 in the morning and shut at 3, every day except Monday", "mon closed; tue-sun 06:30-15:00"),
    ("opens 9, closes 5, mon-fri", "mon-fri 09:00-17:00"),
    (
        "we close at seven in the evening monday to friday saturday it's nine to one",
        "mon-fri ?-19:00; sat 09:00-13:00",
    ),
    ("in the evenings thursday six to nine saturday nine to five", "thu 18:00-21:00; sat 09:00-17:00"),
    (
        "monday to thursday from eight in the morning till six at night friday eight to four",
        "mon-thu 08:00-18:00; fri 08:00-16:00",
    ),
    (
        "open eight to half past five monday to friday and saturday mornings eight till twelve",
        "mon-fri 08:00-17:30; sat 08:00-12:00",
    ),
    ("dinner is six to ten wednesday to saturday sunday ten to four", "wed-sat 18:00-22:00; sun 10:00-16:00"),
    (
        "classes are at 8:30 until 10, Monday to Saturday. Sunday is beach day, we're closed.",
        "mon-sat 08:30-10:00; sun closed",
    ),
    ("Classes are Monday to Saturday from 8:30 until 10", "mon-sat 08:30-10:00"),
    ("Tuesdays from 9 till we're sold out, say 9 to 2, and Saturdays 8 to 12", "tue 09:00-14:00; sat 08:00-12:00"),
    ("It was 9 to 5 before covid, now 10 to 4, Monday to Friday", "mon-fri 10:00-16:00"),
    ("We no longer open Sundays. Mon-Sat 9-5.", "mon-sat 09:00-17:00"),
    (
        "Breakfast is from 8 to half past 10, reception from 9 until 7 in the evening, every day.",
        "mon-sun 09:00-19:00",
    ),
    ("Mon-Sat 10-7, story hour Saturdays at 10:30", "mon-sat 10:00-19:00"),
    ("Call or text anytime between 7 and 7, not Sundays.", "sun closed"),
    ("open Monday to Friday from 9, sorry, from 10 - to 6", "mon-fri 10:00-18:00"),
    ("we're open from 9, no, from 10 to 6, Tuesday to Saturday", "tue-sat 10:00-18:00"),
    ("weekdays from eight, sorry, half past eight, to five", "mon-fri 08:30-17:00"),
    ("from 7 sorry from 8 until 4 every day", "mon-sun 08:00-16:00"),
    ("Open daily: breakfast 7-11, lunch 11-3", "mon-sun 07:00-11:00 11:00-15:00"),
    ("breakfast 7-11, lunch 11-3", "mon-sun 07:00-11:00 11:00-15:00"),
    ("lunch 12-3, dinner 6-10, closed Mondays", "mon closed; tue-sun 12:00-15:00 18:00-22:00"),
    ("Tue-Sun lunch 12-2.30 and dinner 6-9.30", "tue-sun 12:00-14:30 18:00-21:30"),
    ("Fridays until noon. Other than that it's 9 to 9.", "mon-thu,sat-sun 09:00-21:00; fri ?-12:00"),
    ("Closed Mondays. Other than that it's 9 to 9", "mon closed; tue-sun 09:00-21:00"),
    ("0800-1700 Mon-Fri", "mon-fri 08:00-17:00"),
    ("open 0800-1700, weekdays", "mon-fri 08:00-17:00"),
    ("Mon-Fri 0730 to 1600, Sat 0800 to 1200", "mon-fri 07:30-16:00; sat 08:00-12:00"),
    ("mon-fri 730am-4pm", "mon-fri 07:30-16:00"),
    ("12h-20h every day except wednesday", "wed closed; mon-tue,thu-sun 12:00-20:00"),
    (
        "we're open from six am to eleven pm on weekdays and on weekends from eight to eight",
        "mon-fri 06:00-23:00; sat-sun 08:00-20:00",
    ),
    ("apr-oct 11am-9pm every day, closed in winter", "mon-sun 11:00-21:00"),
    ("Open all year, 10-5, bar Christmas Day", "mon-sun 10:00-17:00"),
    ("Open Thurs - Sun, 12 - 5", "thu-sun 12:00-17:00"),
    ("Hours: by appointment, usually Tue-Sat 10-6", "tue-sat 10:00-18:00"),
    ("We are there Monday through Thursday, 3 until 8 in the evening", "mon-thu 15:00-20:00"),
    (
        "Lessons are Monday to Thursday from 3 pm to 8 pm. Not Fridays any more, Fridays I have choir.",
        "mon-thu 15:00-20:00",
    ),
    ("I'm at the shop Wed, Thu and Fri, 11 to 6ish", "wed-fri 11:00-18:00"),
    ("open about 9 to around 5 monday to friday", "mon-fri 09:00-17:00"),
    ("We open at 9 sharp and close at 5 on the dot, Mon-Fri", "mon-fri 09:00-17:00"),
    ("Mon, Wed, Fri 9-1; Tue, Thu 2-7", "mon,wed,fri 09:00-13:00; tue,thu 14:00-19:00"),
    ("Mon/Wed/Fri 9-1 and Tue/Thu 14-19", "mon,wed,fri 09:00-13:00; tue,thu 14:00-19:00"),
    ("open six days, 8 to 6, closed on Sundays", "sun closed; mon-sat 08:00-18:00"),
    ("we're open six days a week, nine to six, never on a Sunday", "mon-sat 09:00-18:00; sun closed"),
    ("Closed Sun/Mon, otherwise 10-6", "sun,mon closed; tue-sat 10:00-18:00"),
    ("we do nine to five Monday to Friday with an hour's lunch at one", "mon-fri 09:00-17:00"),
    ("Mon-Fri 9-1 & 2-5.30, Sat mornings only (9-12)", "mon-fri 09:00-13:00 14:00-17:30; sat 09:00-12:00"),
    ("Open 9.00 - 17.30 Monday - Friday; Saturday by appointment", "mon-fri 09:00-17:30"),
    ("from nine in the morning until six in the evening, Tuesday to Saturday", "tue-sat 09:00-18:00"),
    ("Tuesday through Saturday we go from noon until nine", "tue-sat 12:00-21:00"),
    ("weekends only, 10 to 4", "sat-sun 10:00-16:00"),
    ("Only Saturdays, 9-13", "sat 09:00-13:00"),
    ("Mon-Fri: 9-5; weekend: closed", "mon-fri 09:00-17:00; sat-sun closed"),
    ("Monday's our day off, otherwise it's 11 to 11", "mon closed; tue-sun 11:00-23:00"),
    ("we don't do mondays, tuesday to sunday it's noon to ten", "mon closed; tue-sun 12:00-22:00"),
    ("Winter or summer, we open 9 to 5, seven days", "mon-sun 09:00-17:00"),
    ("Hours are nine to five, Tuesdays through Saturdays, though in August we close at 2", "tue-sat 09:00-17:00"),
    ("Open 7 days, 7am - 7pm", "mon-sun 07:00-19:00"),
    ("Mon to Fri from 5 in the afternoon till midnight", "mon-fri 17:00-24:00"),
    ("fri + sat 18-02, thu 18-24", "fri-sat 18:00-02:00; thu 18:00-24:00"),
    ("mo-fr 9-5, sa 10-2, su closed", "mon-fri 09:00-17:00; sat 10:00-14:00; sun closed"),
    ("we're around from about nine till four most weekdays", "mon-fri 09:00-16:00"),
    ("you'll catch us Thursday to Sunday between ten and five", "thu-sun 10:00-17:00"),
    ("the shop's open ten to five, six days, we rest on Mondays", "mon closed; tue-sun 10:00-17:00"),
    (
        "it's nine to five Monday through Thursday, nine to three on Fridays and we don't open weekends",
        "mon-thu 09:00-17:00; fri 09:00-15:00; sat-sun closed",
    ),
    (
        "Open: Mon 10-4, Tue 10-4, Wed closed, Thu-Sat 10-7.",
        "mon-tue 10:00-16:00; wed closed; thu-sat 10:00-19:00",
    ),
    ("Our door is open from seven each morning and we close when it gets dark", "mon-sun 07:00-?"),
    ("we close at six, seven on Thursdays", "mon-wed,fri-sun ?-18:00; thu ?-19:00"),
    ("Monday to Friday nine to six, Saturdays just till one", "mon-fri 09:00-18:00; sat ?-13:00"),
    ("open every day but Tuesday, 11 till 9", "tue closed; mon,wed-sun 11:00-21:00"),
    ("We're open all days except Wednesdays from 10am-8pm", "wed closed; mon-tue,thu-sun 10:00-20:00"),
    ("Wed to Sun 17-23, kitchen until 22", "wed-sun 17:00-23:00"),
    ("we open up at half seven and shut up shop at four, Monday to Saturday", "mon-sat 07:30-16:00"),
    ("it's open from eleven in the morning to eleven at night seven days a week", "mon-sun 11:00-23:00"),
    ("monday through friday six thirty a m to two p m", "mon-fri 06:30-14:00"),
    ("thursday friday and saturday from five p m to midnight", "thu-sat 17:00-24:00"),
    (
        "Lunch Tuesday to Friday 12 to 2:30, dinner Tuesday to Saturday 6 to 10, Sunday lunch 12 to 4",
        "tue-fri 12:00-14:30 18:00-22:00; sat 18:00-22:00; sun 12:00-16:00",
    ),
    ("We're open 9-5, Mon-Fri, and on Saturdays from 10-1.", "mon-fri 09:00-17:00; sat 10:00-13:00"),
    (
        "Monday 8-12 and 14-18, Tuesday 8-12, Wednesday closed, Thursday 8-12 and 14-19, Friday 8-14",
        "mon 08:00-12:00 14:00-18:00; tue 08:00-12:00; wed closed; thu 08:00-12:00 14:00-19:00; fri 08:00-14:00",
    ),
    ("We used to be open till 8 but now we close at 6, and open at 9, Monday to Friday", "mon-fri 09:00-18:00"),
    ("I said 9 to 5 on the phone but it's 10 to 6, Mon-Fri", "mon-fri 10:00-18:00"),
    ("open mon-sat 9-18 (wed 9-13)", "mon-tue,thu-sat 09:00-18:00; wed 09:00-13:00"),
    ("We are a night bar, open Thursday to Saturday ten pm to four am", "thu-sat 22:00-04:00"),
    ("office open M-Th 8:30-4:30 F 8:30-noon", "mon-thu 08:30-16:30; fri 08:30-12:00"),
    ("Open Friday and Saturday only, six til late", "fri-sat 18:00-?"),
    ("hours 9-6 mon thru fri sat 9-2 closed sun", "mon-fri 09:00-18:00; sat 09:00-14:00; sun closed"),
    ("it's 8 to 5 mon to fri oh and saturdays 8 to 12", "mon-fri 08:00-17:00; sat 08:00-12:00"),
    ("Mondays and Wednesdays I'm here 2 to 6, Fridays 9 to 1", "mon,wed 14:00-18:00; fri 09:00-13:00"),
    ("we do 9 to 5, except Thursdays when it's 12 to 8", "mon-wed,fri-sun 09:00-17:00; thu 12:00-20:00"),
    ("Mon-Fri 9-5, except Thursday (12-8)", "mon-wed,fri 09:00-17:00; thu 12:00-20:00"),
    ("open daily except Mondays 10-17", "mon closed; tue-sun 10:00-17:00"),
    ("we're shut Mondays and Tuesdays, open ten to four the other days", "mon-tue closed; wed-sun 10:00-16:00"),
    ("The yard is open 7.30 to 4.30 and 8 to 12 Saturdays", "mon-fri,sun 07:30-16:30; sat 08:00-12:00"),
    (
        "Monday till Wednesday 10 till 6, Thursday and Friday 10 till 8, Saturday 10 till 5",
        "mon-wed 10:00-18:00; thu-fri 10:00-20:00; sat 10:00-17:00",
    ),
)

TOLD = (
    *LINES, *RANGES, *DAY_CLOCK, *HALVES, *SPOKEN, *NAMED, *BREAKS, *EXCEPTIONS, *GROUPS, *ALWAYS, *HALF_TOLD,
    *LATE, *SEASONS, *CORRECTED, *LIKELY, *ELSEWHERE, *BESIDE, *MIXED, *HEARD, *AT_NIGHT,
)  # fmt: skip

Week = dict[str, list[str]]

_SHOP = "We are Ritter & Sons, a shop in Leeds.\n"  # so that nothing else is taken for the name


@pytest.mark.parametrize(("brief", "told"), TOLD)
def test_the_week_is_read_from_what_was_said(brief: str, told: str) -> None:
    assert week_of(understand(_SHOP + brief).hours) == week_in(told)


@pytest.mark.parametrize("brief", NO_HOURS)
def test_other_times_days_and_numbers_are_no_opening_hours(brief: str) -> None:
    assert [row for row in understand(_SHOP + brief).hours if not row.closed] == []


def week_of(rows: list[Hours]) -> Week:
    """Each day's times; a row without days is for the days that no other row names."""
    named = {day for row in rows for day in row.days}
    week: Week = {}
    for row in rows:
        times = "closed" if row.closed else f"{row.opens or '?'}-{row.closes or '?'}"
        for day in row.days or [day for day in WEEK if day not in named]:
            week[day] = sorted([*week.get(day, []), times])
    return week


def week_in(told: str) -> Week:
    """The same from "mon-fri 09:00-12:00 14:00-18:00; sun closed"."""
    week: Week = {}
    for row in filter(None, told.split("; ")):
        days, *times = row.split()
        for part in days.split(","):
            first, _, last = part.partition("-")
            names = list(WEEK)
            start, end = names.index(first), names.index(last or first)
            week |= {day: sorted(times) for day in names[start : end + 1]}
    return week
