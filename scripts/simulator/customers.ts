import type { Language } from "./contract";
import type { Random } from "./random";

/** A person who talks to the organization by phone. */
export interface Customer {
  name: string;
  firstName: string;
  gender: "man" | "woman";
  /** The language of the calls. The name is written in its script. */
  language: Language;
  /** E.164. */
  phone: string;
}

/** First and last names that fit together, in the script of their language. */
interface Names {
  man: readonly string[];
  woman: readonly string[];
  last: readonly string[];
}

const NAMES: Record<Language, readonly (readonly [Names, weight: number])[]> = {
  ar: [
    [
      {
        man: words("محمد عبدالله فهد سلطان خالد تركي ياسر ماجد عبدالرحمن بندر أحمد عمر نايف راكان مشعل يوسف سعود وليد"),
        woman: words("نورة سارة ريم هيفاء منيرة لطيفة أمل العنود دانة شهد مريم هند جواهر فاطمة لمى رنا غادة عبير"),
        last: words(
          "العتيبي الحربي القحطاني الشمري الدوسري الغامدي الزهراني المطيري السبيعي الشهري العنزي البلوي المالكي الجهني الأحمدي باوزير الحسيني الرشيد",
        ),
      },
      1,
    ],
  ],
  en: [
    [
      {
        man: words("Mohammed Khalid Omar Faisal Hassan Yousef Tariq Sami"),
        woman: words("Sarah Noura Layla Hanan Reem Dina Mona Salma"),
        last: ["Al Harbi", "Al Ghamdi", "Al Otaibi", "Al Mansoori", "Haddad", "Farouk", "Saleh", "Mansour"],
      },
      4,
    ],
    [
      {
        man: words("Arjun Rahul Imran Sanjay Anil Vikram"),
        woman: words("Priya Aisha Anjali Deepa Meera Fatima"),
        last: words("Nair Rahman Sharma Menon Khan Iyer Kapoor"),
      },
      3,
    ],
    [
      {
        man: words("James Daniel Peter Thomas Mark"),
        woman: words("Emma Grace Joanna Helen Kate"),
        last: words("Carter Wilson Hughes Bennett Murray Clarke"),
      },
      2,
    ],
    [
      {
        man: words("Jose Paolo Ramon Miguel"),
        woman: words("Maria Angelica Rosa Jasmine"),
        last: words("Santos Cruz Reyes Garcia Mendoza"),
      },
      1,
    ],
  ],
  ur: [
    [
      {
        man: words("عمران بلال عثمان فیصل کاشف ندیم زاہد حمزہ طارق شہزاد وقاص آصف"),
        woman: words("عائشہ صائمہ فرح نادیہ ثنا رابعہ مہوش حنا زینب شازیہ"),
        last: words("احمد خان ملک چوہدری قریشی بٹ شیخ صدیقی اعوان ہاشمی مغل"),
      },
      1,
    ],
  ],
};

interface Country {
  /** Followed by `digits` random digits. */
  prefix: string;
  digits: number;
  languages: readonly (readonly [Language, number])[];
}

/**
 * Prefixes of realistic numbers. Only the United Kingdom reserves mobile numbers for fiction (Ofcom: 07700 900000 to 900999). In the
 * other countries the random digits follow zeros in little-used blocks. The simulator dials no numbers.
 */
const COUNTRIES: readonly (readonly [Country, number])[] = [
  [
    {
      prefix: "+96657400",
      digits: 4,
      languages: [
        ["ar", 80],
        ["en", 12],
        ["ur", 8],
      ],
    },
    68,
  ],
  [
    {
      prefix: "+97152000",
      digits: 4,
      languages: [
        ["ar", 50],
        ["en", 35],
        ["ur", 15],
      ],
    },
    12,
  ],
  [
    {
      prefix: "+20150000",
      digits: 4,
      languages: [
        ["ar", 95],
        ["en", 5],
      ],
    },
    8,
  ],
  [
    {
      prefix: "+92364000",
      digits: 4,
      languages: [
        ["ur", 85],
        ["en", 15],
      ],
    },
    7,
  ],
  [
    {
      prefix: "+447700900",
      digits: 3,
      languages: [
        ["en", 85],
        ["ar", 15],
      ],
    },
    5,
  ],
];

/** Draws the customers of an organization. Use fewer customers than calls, so that some people have several calls. */
export function customers(draw: Random, count: number): Customer[] {
  return Array.from({ length: count }, (_, index) => customer(draw.fork(index)));
}

function customer(draw: Random): Customer {
  const country = draw.weighted(COUNTRIES);
  const language = draw.weighted(country.languages);
  const gender = draw.chance(0.56) ? "man" : "woman";
  const names = draw.weighted(NAMES[language]);
  const firstName = draw.pick(names[gender]);
  const drawn = String(draw.int(0, 10 ** country.digits - 1)).padStart(country.digits, "0");
  return {
    name: `${firstName} ${draw.pick(names.last)}`,
    firstName,
    gender,
    language,
    phone: country.prefix + drawn,
  };
}

function words(text: string): string[] {
  return text.split(" ");
}
