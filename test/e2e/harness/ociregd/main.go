// ociregd is a registry in memory that turns pages: CUE's ociregistry library behind a port. Cut down from the testing notes that
// the project began with.
//
//	ociregd -addr 127.0.0.1:0 -page 100
//
// It prints "ready ADDRESS". -page is the greatest page of a tag list, whatever the client asks for.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"

	"cuelabs.dev/go/oci/ociregistry/ocimem"
	"cuelabs.dev/go/oci/ociregistry/ociserver"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "")
	page := flag.Int("page", 100, "")
	flag.Parse()

	registry := ociserver.New(ocimem.New(), nil)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/tags/list") {
			query := r.URL.Query()
			if n, _ := strconv.Atoi(query.Get("n")); n <= 0 || n > *page {
				query.Set("n", strconv.Itoa(*page))
				r.URL.RawQuery = query.Encode()
			}
		}
		registry.ServeHTTP(w, r)
	})
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("ready", listener.Addr())
	log.Fatal(http.Serve(listener, handler))
}
