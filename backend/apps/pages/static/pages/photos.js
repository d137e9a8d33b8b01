/** The photos of one plant that are about to be sent. */

export const PHOTOS_MAX = 5;
const NAMES = /\.(jpe?g|png|webp|avif|heic|heif)$/i;
const TYPES = /^image\/(jpeg|png|webp|avif|heic|heif)$/;

/**
 * @typedef {object} Photo
 * @property {number} key
 * @property {File} file
 * @property {string} organ
 * @property {string} error what the server said of it, "" when nothing
 */

/** At most five photos in their order; tells `changed` of each change. */
export class Photos {
  /** @type {Photo[]} */
  #photos = [];
  #nextKey = 1;
  #changed;

  /** @param {() => void} [changed] */
  constructor(changed = () => {}) {
    this.#changed = changed;
  }

  /** @returns {readonly Photo[]} */
  get all() {
    return this.#photos;
  }

  get isFull() {
    return this.#photos.length >= PHOTOS_MAX;
  }

  /**
   * Add what is a photo, new, and still has room; a sentence for each file that is left out.
   * @param {Iterable<File>} files
   * @param {string} [organ]
   * @returns {string[]}
   */
  add(files, organ = "auto") {
    const refused = [];
    for (const file of files) {
      const reason = this.#reasonAgainst(file);
      if (reason) refused.push(reason);
      else this.#photos.push({ key: this.#nextKey++, file, organ, error: "" });
    }
    this.#changed();
    return [...new Set(refused)];
  }

  /** @param {File} file */
  #reasonAgainst(file) {
    if (!TYPES.test(file.type) && !NAMES.test(file.name)) {
      return `“${file.name}” is not a photo we can read. JPEG, PNG, WebP, AVIF and HEIC are fine.`;
    }
    if (file.size === 0) return `“${file.name}” is empty. Please choose it again.`;
    if (this.#photos.some((photo) => isSame(photo.file, file))) return `“${file.name}” is already there.`;
    if (this.isFull) return `Five photos are enough: “${file.name}” was left out.`;
    return "";
  }

  /** @param {number} key */
  remove(key) {
    this.#photos = this.#photos.filter((photo) => photo.key !== key);
    this.#changed();
  }

  /**
   * Not announced as a change: the control that was used shows it already.
   * @param {number} key
   * @param {string} organ
   */
  setOrgan(key, organ) {
    for (const photo of this.#photos) if (photo.key === key) photo.organ = organ;
  }

  /**
   * Say of the photo at `position` (from 0) what is wrong with it.
   * @param {number} position
   * @param {string} sentence
   */
  mark(position, sentence) {
    const photo = this.#photos[position];
    if (photo) photo.error = sentence;
    this.#changed();
  }

  forgetErrors() {
    for (const photo of this.#photos) photo.error = "";
    this.#changed();
  }

  /** @param {{file: File, organ: string}[]} [photos] */
  replace(photos = []) {
    this.#photos = photos.map((photo) => ({ ...photo, key: this.#nextKey++, error: "" }));
    this.#changed();
  }
}

/**
 * @param {File} one
 * @param {File} other
 */
function isSame(one, other) {
  return one.name === other.name && one.size === other.size && one.lastModified === other.lastModified;
}
