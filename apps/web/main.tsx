// The page begins.

import { render } from "preact";
import { App } from "./page/app.tsx";
import { Lab } from "./page/lab.ts";

const root = document.querySelector("#lab")!;
root.replaceChildren();
render(<App lab={new Lab()} />, root);
