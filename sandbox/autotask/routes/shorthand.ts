/**
 * Endpoints of a collection in short: the verbs of its root, `q` for the queries, `id` for reading one, `-id` for deleting one. Metadata, which every
 * collection has, come automatically. Answers them as `GET /Contracts/:id`, below the version.
 */
export function endpointsOf(path: string, verbs: string): string[] {
  const metadata = ['', '/fields', '/userDefinedFields'].map((part) => `GET /${path}/entityInformation${part}`);
  return [...metadata, ...verbs.split(',').flatMap((verb) => endpointsOfVerb(path, verb))];
}

function endpointsOfVerb(path: string, verb: string): string[] {
  switch (verb) {
    case 'id':
      return [`GET /${path}/:id`];
    case '-id':
      return [`DELETE /${path}/:id`];
    case 'q':
      return [...both(`/${path}/query`), ...both(`/${path}/query/count`)];
    default:
      return [`${verb} /${path}`];
  }
}

/** A path that is asked by GET and by POST. */
export const both = (path: string): string[] => [`GET ${path}`, `POST ${path}`];
