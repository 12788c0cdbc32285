package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"simrun/visual/store"
)

// serve serves a store to a browser until ctx is done.
func (a *app) serve(ctx context.Context, out, address string) error {
	root, err := os.OpenRoot(out)
	if err != nil {
		return inFile(out, err)
	}
	defer root.Close()
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("--serve %s: %w", address, err)
	}
	srv := &http.Server{
		Handler:           guarded(l.Addr(), storeHandler(out, root)),
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 5 * time.Minute, IdleTimeout: time.Minute,
		MaxHeaderBytes: 1 << 16,
	}
	context.AfterFunc(ctx, func() { srv.Close() })
	fmt.Fprintf(a.stdout, "http://%s shows the runs in %s; Ctrl-C ends it\n", l.Addr(), printable(out))
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// storeHandler shows the list of runs, and the files of the store. It follows no link that
// leads out of it.
func storeHandler(out string, root *os.Root) http.Handler {
	files := http.FileServerFS(root.FS())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			files.ServeHTTP(w, r)
			return
		}
		list, err := store.Store(out).List()
		var page bytes.Buffer
		if err == nil {
			err = store.WriteIndex(&page, "Runs in "+out, list)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		http.ServeContent(w, r, "index.html", time.Time{}, bytes.NewReader(page.Bytes()))
	})
}

// servePolicy is the content security policy of what is served: a page takes nothing from
// elsewhere, and sends nothing. Reports have a stricter one of their own.
const servePolicy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guarded lets only reading through, and only of somebody who names this server: a page of
// another site could have its own name lead here (DNS rebinding).
func guarded(addr net.Addr, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("Content-Security-Policy", servePolicy)
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Referrer-Policy", "no-referrer")
		head.Set("Cross-Origin-Resource-Policy", "same-origin")
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			head.Set("Allow", "GET, HEAD")
			http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
		case !namesServer(r.Host, addr):
			http.Error(w, "this server goes by another name", http.StatusForbidden)
		default:
			h.ServeHTTP(w, r)
		}
	})
}

// namesServer reports whether the Host of a request is an address, or localhost, with the
// port that the server listens at.
func namesServer(host string, addr net.Addr) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = host, "80"
	}
	_, own, err := net.SplitHostPort(addr.String())
	return err == nil && port == own && (name == "localhost" || net.ParseIP(name) != nil)
}
