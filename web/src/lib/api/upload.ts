/** Sending that tells how far it is: `fetch` cannot, `XMLHttpRequest` can. */

const HAS_HEADERS = 2; // XMLHttpRequest.HEADERS_RECEIVED

/**
 * As `fetch(request)`, whose body is `form`; `tell` hears which share of it has left (0..1). The answer's body is a stream,
 * so that events are read as they come. Rejects with TypeError when the server cannot be reached.
 */
export function upload(request: Request, form: FormData, tell: (share: number) => void): Promise<Response> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(request.method, request.url);
    for (const [name, value] of request.headers) if (name !== "content-type") xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded, total }) => {
      if (total > 0) tell(loaded / total);
    };
    xhr.onreadystatechange = () => {
      if (xhr.readyState === HAS_HEADERS && xhr.status > 0) resolve(responseOf(xhr));
    };
    xhr.onerror = () => {
      reject(new TypeError("The server cannot be reached."));
    };
    xhr.send(form);
  });
}

/** What has arrived so far, and then the rest; a cut line is an error of the stream. */
function responseOf(xhr: XMLHttpRequest): Response {
  const encoder = new TextEncoder();
  let given = 0;
  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      const pass = () => {
        if (xhr.responseText.length > given) stream.enqueue(encoder.encode(xhr.responseText.slice(given)));
        given = xhr.responseText.length;
      };
      xhr.onprogress = pass;
      xhr.onload = () => {
        pass();
        stream.close();
      };
      xhr.onerror = () => {
        stream.error(new TypeError("The connection was cut."));
      };
    },
    cancel() {
      xhr.abort();
    },
  });
  const { status, statusText } = xhr;
  return new Response(status === 204 ? null : body, { status, statusText, headers: headersOf(xhr) });
}

function headersOf(xhr: XMLHttpRequest): Headers {
  const headers = new Headers();
  for (const line of xhr
    .getAllResponseHeaders()
    .trim()
    .split(/[\r\n]+/)) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return headers;
}
