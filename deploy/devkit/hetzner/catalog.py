"""What is on sale: locations, sizes, images and prices, made up but shaped like the real ones."""

from typing import Any

Json = dict[str, Any]
CREATED = "2026-01-02T03:04:05+00:00"
TAX = 1.19


def _location(number: int, name: str, country: str, city: str, zone: str) -> Json:
    return {
        "id": number,
        "name": name,
        "description": f"{city} DC Park 1",
        "country": country,
        "city": city,
        "latitude": 50.47612,
        "longitude": 12.370071,
        "network_zone": zone,
    }


LOCATIONS = [
    _location(1, "fsn1", "DE", "Falkenstein", "eu-central"),
    _location(2, "nbg1", "DE", "Nuremberg", "eu-central"),
    _location(3, "hel1", "FI", "Helsinki", "eu-central"),
    _location(4, "ash", "US", "Ashburn, VA", "us-east"),
]


def price(location: str, hourly: float) -> Json:
    """Return a price at *location*, net and gross, as the strings that the API gives."""
    monthly = hourly * 624

    def both(net: float) -> Json:
        return {"net": f"{net:.10f}", "gross": f"{net * TAX:.16f}"}

    return {
        "location": location,
        "price_hourly": both(hourly),
        "price_monthly": both(monthly),
        "included_traffic": 20 * 1024**4,
        "price_per_tb_traffic": both(1.0),
    }


def _server_type(
    number: int,
    name: str,
    cores: int,
    memory: int,
    disk: int,
    hourly: float,
    *,
    places: tuple[str, ...] = ("fsn1", "nbg1", "hel1"),
    architecture: str = "x86",
) -> Json:
    return {
        "id": number,
        "name": name,
        "description": name.upper(),
        "category": "Shared vCPU",
        "cores": cores,
        "memory": float(memory),
        "disk": disk,
        "deprecated": False,
        "deprecation": None,
        "prices": [price(place, hourly) for place in places],
        "storage_type": "local",
        "cpu_type": "shared",
        "architecture": architecture,
        "included_traffic": None,
        "locations": [
            {
                "id": here["id"],
                "name": here["name"],
                "available": True,
                "recommended": True,
                "deprecation": None,
            }
            for here in LOCATIONS
            if here["name"] in places
        ],
    }


SERVER_TYPES = [
    _server_type(101, "cx23", 2, 4, 40, 0.005),
    _server_type(102, "cx33", 4, 8, 80, 0.008),
    _server_type(103, "cx43", 8, 16, 160, 0.016),
    _server_type(104, "cax11", 2, 4, 40, 0.006, architecture="arm"),
    _server_type(105, "cpx11", 2, 2, 40, 0.007, places=("ash",)),
]


def _image(number: int, name: str, flavor: str, version: str, architecture: str) -> Json:
    return {
        "id": number,
        "type": "system",
        "status": "available",
        "name": name,
        "description": f"{flavor.title()} {version}",
        "image_size": None,
        "disk_size": 5,
        "created": CREATED,
        "created_from": None,
        "bound_to": None,
        "os_flavor": flavor,
        "os_version": version,
        "rapid_deploy": True,
        "protection": {"delete": False},
        "deprecated": None,
        "deleted": None,
        "labels": {},
        "architecture": architecture,
    }


IMAGES = [
    _image(201, "debian-12", "debian", "12", "x86"),
    _image(202, "debian-12", "debian", "12", "arm"),
    _image(203, "debian-13", "debian", "13", "x86"),
    _image(204, "ubuntu-24.04", "ubuntu", "24.04", "x86"),
]


def pricing(currency: str) -> Json:
    """Return the price list, as far as a server needs it."""
    places = [here["name"] for here in LOCATIONS]
    return {
        "currency": currency,
        "vat_rate": "19.00",
        "primary_ips": [
            {"type": kind, "prices": [price(place, hourly) for place in places]}
            for kind, hourly in (("ipv4", 0.0008), ("ipv6", 0.0))
        ],
        "server_types": [
            {"id": kind["id"], "name": kind["name"], "prices": kind["prices"]}
            for kind in SERVER_TYPES
        ],
    }


def find(rows: list[Json], wanted: str | int, **facts: Any) -> Json | None:
    """Return the row whose id or name is *wanted* and that has *facts*."""
    for row in rows:
        if str(wanted) in (str(row["id"]), row["name"]) and facts.items() <= row.items():
            return row
    return None
