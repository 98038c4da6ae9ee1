declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  interface SwaggerRequest {
    url: string;
    headers: Record<string, string>;
    /** Whether it loads the document. */
    loadSpec?: boolean;
  }

  export interface SwaggerSystem {
    React: {
      createElement(type: unknown, props: Record<string, unknown> | null, children?: unknown): unknown;
    };
    /** @param isContainer whether the component gets its data from the system */
    getComponent(name: string, isContainer: boolean): unknown;
    specSelectors: { loadingStatus(): 'loading' | 'success' | 'failed' | 'failedConfig' };
  }

  /** See https://swagger.io/docs/open-source-tools/swagger-ui/customization/overview/ */
  export type SwaggerPlugin = (system: SwaggerSystem) => {
    components: Record<string, (props: SwaggerSystem) => unknown>;
    wrapComponents: Record<string, (original: unknown) => (props: { text: string }) => unknown>;
  };

  /** See https://swagger.io/docs/open-source-tools/swagger-ui/usage/configuration/ */
  interface SwaggerOptions {
    url: string;
    domNode: HTMLElement;
    plugins: SwaggerPlugin[];
    layout: string;
    deepLinking: boolean;
    /** Null for none: it would send the document to a server of others. */
    validatorUrl: null;
    /** With 0, the list of schemas is closed. */
    defaultModelsExpandDepth: number;
    docExpansion: 'list' | 'full' | 'none';
    displayRequestDuration: boolean;
    filter: boolean;
    syntaxHighlight: false;
    requestInterceptor: (request: SwaggerRequest) => Promise<SwaggerRequest>;
    onComplete: () => void;
  }

  export default function SwaggerUI(options: SwaggerOptions): unknown;
}
