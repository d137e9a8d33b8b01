/** The asker's rough place: only when they press the button, and rounded before it leaves the browser. */

/**
 * To 0.1 degree, about 11 km.
 * @param {number} degrees
 */
export function rough(degrees) {
  return Math.round(degrees * 10) / 10 + 0; // + 0: no -0
}

/**
 * @typedef {{latitude: number, longitude: number}} Place
 */

/** @param {Place} place */
export function placeWords({ latitude, longitude }) {
  const north = `${Math.abs(latitude).toFixed(1)}° ${latitude < 0 ? "south" : "north"}`;
  const east = `${Math.abs(longitude).toFixed(1)}° ${longitude < 0 ? "west" : "east"}`;
  return `${north}, ${east}`;
}

/**
 * Ask the browser. Rejects when the user says no, or nothing knows the place.
 * @returns {Promise<Place>}
 */
export function findPlace() {
  return new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ latitude: rough(coords.latitude), longitude: rough(coords.longitude) }),
      reject,
      { enableHighAccuracy: false, timeout: 15_000, maximumAge: 3_600_000 },
    );
  });
}
