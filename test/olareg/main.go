// Command olareg serves the registry olareg from memory on a port of its own of loopback, and says on
// standard error which: "listening on 127.0.0.1:12345". With -cert and -key it speaks TLS.
//
// It is the second registry that the tests of internal/containerimage run against, and a module of its
// own for the reason that test/registry is. Build it from the repository's root with
//
//	go build -C test/olareg -o "$PWD/bin/olareg" .
//
// and set the variable that tests read: OLAREG_BIN="$PWD/bin/olareg".
package main

import (
	"flag"
	"log"
	"net"
	"net/http"

	"github.com/olareg/olareg"
	"github.com/olareg/olareg/config"
)

func main() {
	cert := flag.String("cert", "", "file of the certificate")
	key := flag.String("key", "", "file of its key")
	flag.Parse()

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	log.Println("listening on", listener.Addr())
	registry := olareg.New(config.Config{Storage: config.ConfigStorage{StoreType: config.StoreMem}})
	if *cert != "" {
		err = http.ServeTLS(listener, registry, *cert, *key)
	} else {
		err = http.Serve(listener, registry)
	}
	log.Fatal(err)
}
