const BRANDS = [
  "Norvik",
  "Calda",
  "Teluma",
  "Ostrava",
  "Brimlo",
  "Quessa",
  "Havern",
  "Lumikko",
  "Zanto",
  "Pellori",
];
const THINGS = [
  "Kettle",
  "Desk Lamp",
  "Rain Jacket",
  "Trail Shoes",
  "Bike Pump",
  "Water Filter",
  "Office Chair",
  "Sleeping Bag",
  "Coffee Grinder",
  "Wall Clock",
  "Tool Set",
  "Yoga Mat",
  "Phone Stand",
  "Garden Hose",
  "Picnic Blanket",
  "Travel Pillow",
  "Camping Stove",
  "Bath Towel",
  "Dog Leash",
  "Speaker",
];
const WAYS = [
  "I want to buy the %",
  "do you have % in stock?",
  "how much is the %",
  "can I get one % please",
  "Looking for a %",
  "need % today",
];

/** Two hundred product names that exist nowhere else. */
export const catalogue: readonly string[] = BRANDS.flatMap((brand) =>
  THINGS.map((thing) => `${brand} ${thing}`),
);

/** A customer's sentence that asks for a name, in one of several ways. */
export function requestFor(name: string, at: number): string {
  return (WAYS[at % WAYS.length] ?? "%").replace("%", name);
}
